#pragma once

namespace CLI {
class App;
}

namespace cellwise::cli {

/// Adds the commands of this program: all of them, or those that need no LibTorch, with a place for each of the others.
void add_commands(CLI::App& app);

/// Of the program without LibTorch: becomes the one with it where the arguments want that, and returns otherwise. Of
/// the other it does nothing.
void hand_over(int argc, char** argv);

/// Of the program without LibTorch, after hand_over(): becomes the one with it, with the same arguments. For a command
/// that finds out on its way that it needs LibTorch; nothing may have been read or written yet.
[[noreturn]] void become_the_other();

// Each function adds one subcommand to the program: its flags, its help and, as a callback, the work.
// The callback throws a cellwise::Error when something is wrong; main() turns it into a message and
// an exit code.

void add_claims(CLI::App& app);
void add_bench(CLI::App& app);
void add_compare(CLI::App& app);
void add_completion(CLI::App& app);
void add_customers(CLI::App& app);
void add_data(CLI::App& app);
void add_doctor(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_export(CLI::App& app);
void add_help(CLI::App& app);
void add_import(CLI::App& app);
void add_gates(CLI::App& app);
void add_gradients(CLI::App& app);
void add_regularisation(CLI::App& app);
void add_reproduction(CLI::App& app);
void add_sentence(CLI::App& app);
void add_man(CLI::App& app);
void add_parity(CLI::App& app);
void add_predict(CLI::App& app);
void add_report(CLI::App& app);
void add_runs(CLI::App& app);
void add_serve(CLI::App& app);
void add_summary(CLI::App& app);
void add_train(CLI::App& app);
void add_tune(CLI::App& app);
void add_version(CLI::App& app);

}  // namespace cellwise::cli
