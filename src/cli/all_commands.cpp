// The program with LibTorch: every command.
#include <sys/prctl.h>

#include "cli/commands.h"

namespace cellwise::cli {

void add_commands(CLI::App& app) {
    add_compare(app);
    add_train(app);
    add_tune(app);
    add_customers(app);
    add_data(app);
    add_evaluate(app);
    add_predict(app);
    add_import(app);
    add_export(app);
    add_summary(app);
    add_runs(app);
    add_serve(app);
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
    add_help(app);
    add_version(app);
}

// Whoever looks for the program, as with pgrep, looks for the name by which it was started.
void hand_over(int, char**) { ::prctl(PR_SET_NAME, "cellwise"); }

}  // namespace cellwise::cli
