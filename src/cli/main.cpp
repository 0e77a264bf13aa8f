#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <thread>

#include "cli/commands.h"
#include "cli/out_of_memory.h"
#include "cli/resume.h"
#include "cli/usage_errors.h"
#include "core/error.h"
#include "core/utf8.h"
#include "distributed/processes.h"

namespace cellwise::cli {
namespace {

int fail(ExitCode code, const std::string& message) {
    std::string who;
    if (const int rank = distributed::own_rank(); rank > 0) {
        // Where all processes fail alike, the first tells, and ends the others before they do.
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        who = fmt::format("process {}: ", rank);
    }
    fmt::print(stderr, "cellwise: error: {}{}\n", who, printable(message));
    distributed::leave_after_error(code, false);
    return static_cast<int>(code);
}

int run(int argc, char** argv) {
    if (argc > 0) set_program_name(argv[0]);
    CLI::App app("The IMDB comparison of SimpleRNN, LSTM and GRU, explained, with honest statistics.", "cellwise");
    app.set_version_flag("--version", "cellwise " CELLWISE_VERSION);
    app.require_subcommand(1);
    add_compare(app);
    add_train(app);
    add_customers(app);
    add_data(app);
    add_evaluate(app);
    add_predict(app);
    add_import(app);
    add_export(app);
    add_summary(app);
    add_runs(app);
    add_report(app);
    add_gates(app);
    add_gradients(app);
    add_sentence(app);
    add_regularisation(app);
    add_claims(app);
    add_reproduction(app);
    add_parity(app);
    add_bench(app);
    add_doctor(app);
    add_completion(app);
    add_man(app);
    keep_words_whole(app);
    try {
        refuse_texts_as_flags(argc, argv);
        refuse_unknown_command(app, argc, argv);
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {  // --help, --version
        return app.exit(success);
    } catch (const CLI::ParseError& error) {
        return fail(ExitCode::usage,
                    fmt::format("{}\nRun 'cellwise --help' for the commands and flags.", explain(app, error)));
    } catch (const Interrupted& stopped) {  // the user's wish, not an error
        if (distributed::own_rank() == 0) fmt::print(stderr, "cellwise: {}\n", stopped.what());
        distributed::leave_after_error(stopped.exit_code(), true);
        return static_cast<int>(stopped.exit_code());
    } catch (const Error& error) {
        return fail(error.exit_code(), error.what());
    } catch (const std::bad_alloc&) {
        return fail(ExitCode::environment, "out of memory: ask for smaller sizes");
    } catch (const std::exception& error) {
        if (const auto message = out_of_memory_message(error.what())) return fail(ExitCode::environment, *message);
        const std::string text = error.what();
        // LibTorch's errors carry a page of addresses.
        return fail(ExitCode::internal, fmt::format("internal error: {}\nThis is a bug of Cellwise.",
                                                    text.substr(0, text.find("\nException raised from"))));
    }
    return static_cast<int>(ExitCode::done);
}

}  // namespace
}  // namespace cellwise::cli

int main(int argc, char** argv) { return cellwise::cli::run(argc, argv); }
