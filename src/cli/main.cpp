#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include "cli/commands.h"
#include "core/error.h"

namespace cellwise::cli {
namespace {

int fail(ExitCode code, const std::string& message) {
    fmt::print(stderr, "cellwise: error: {}\n", message);
    return static_cast<int>(code);
}

/// CLI11 would only say that a subcommand is required.
void refuse_unknown_command(const CLI::App& app, int argc, char** argv) {
    if (argc < 2 || argv[1][0] == '-') return;
    std::string known;
    for (const auto* command : app.get_subcommands({})) {
        if (command->check_name(argv[1])) return;
        known += (known.empty() ? "" : ", ") + command->get_name();
    }
    throw UsageError(fmt::format("there is no command '{}': the commands are {}", argv[1], known));
}

int run(int argc, char** argv) {
    CLI::App app("The IMDB comparison of SimpleRNN, LSTM and GRU, explained, with honest statistics.", "cellwise");
    app.set_version_flag("--version", "cellwise " CELLWISE_VERSION);
    app.require_subcommand(1);
    add_compare(app);
    add_train(app);
    add_data(app);
    add_evaluate(app);
    add_summary(app);
    add_gates(app);
    add_sentence(app);
    add_regularisation(app);
    add_claims(app);
    add_reproduction(app);
    add_parity(app);
    add_bench(app);
    try {
        refuse_unknown_command(app, argc, argv);
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {  // --help, --version
        return app.exit(success);
    } catch (const CLI::ParseError& error) {
        return fail(ExitCode::usage,
                    fmt::format("{}\nRun 'cellwise --help' for the commands and flags.", error.what()));
    } catch (const Error& error) {
        return fail(error.exit_code(), error.what());
    } catch (const std::bad_alloc&) {
        return fail(ExitCode::environment, "out of memory: ask for smaller sizes");
    } catch (const std::exception& error) {
        return fail(ExitCode::internal, fmt::format("internal error: {}\nThis is a bug of Cellwise.", error.what()));
    }
    return static_cast<int>(ExitCode::done);
}

}  // namespace
}  // namespace cellwise::cli

int main(int argc, char** argv) { return cellwise::cli::run(argc, argv); }
