#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <filesystem>
#include <new>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>

#include "cli/commands.h"
#include "cli/flags/input_guard.h"
#include "cli/flags/usage_errors.h"
#include "cli/terminal/help_text.h"
#include "cli/terminal/resume_hint.h"
#include "core/error.h"
#include "core/out_of_memory.h"
#include "core/standard_streams.h"
#include "core/utf8.h"
#include "core/version.h"
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
    say(fmt::format("cellwise: error: {}{}\n", who, printable(message)));
    distributed::leave_after_error(code, false);
    return static_cast<int>(code);
}

int run(int argc, char** argv) {
    if (argc > 0) set_program_name(argv[0]);
    CLI::App app("The IMDB comparison of SimpleRNN, LSTM and GRU, explained, with honest statistics.", "cellwise");
    app.set_version_flag("-V,--version", fmt::format("cellwise {}", program_version()));
    app.require_subcommand(1);
    add_commands(app);
    take_one_value_each(app);
    group_commands(app);
    guard_inputs(app);
    WholeWords words(app, argc, argv);
    if (argc <= 1) {
        put_out(help_of(app));
        return static_cast<int>(ExitCode::done);
    }
    try {
        refuse_texts_as_flags(argc, argv);
        refuse_unknown_command(app, argc, argv);
        app.parse(argc, words.argv());
    } catch (const CLI::Success& success) {  // --help, --version
        std::ostringstream text;
        app.exit(success, text, text);
        put_out(wrapped(text.str()));
    } catch (const CLI::ParseError& error) {
        return fail(ExitCode::usage, fmt::format("{}\n{}", explain(app, error), help_hint(app)));
    } catch (const Interrupted& stopped) {           // the user's wish, not an error
        const std::string message = stopped.what();  // empty: all is told
        if (distributed::own_rank() == 0 && !message.empty()) say(fmt::format("cellwise: {}\n", printable(message)));
        distributed::leave_after_error(stopped.exit_code(), true);
        return static_cast<int>(stopped.exit_code());
    } catch (const Error& error) {
        return fail(error.exit_code(), error.what());
    } catch (const std::bad_alloc&) {
        return fail(ExitCode::environment, "out of memory: ask for smaller sizes");
    } catch (const std::filesystem::filesystem_error& error) {
        return fail(ExitCode::environment, fmt::format("'{}': {}", error.path1().string(), error.code().message()));
    } catch (const std::system_error& error) {  // a thread that cannot be started
        return fail(ExitCode::environment, error.code().message());
    } catch (const std::exception& error) {
        if (const auto message = out_of_memory_message(error.what())) return fail(ExitCode::environment, *message);
        const std::string text = error.what();
        // LibTorch's errors carry a page of addresses.
        return fail(ExitCode::internal, fmt::format("internal error: {}\nThis is a bug of Cellwise.",
                                                    text.substr(0, text.find("\nException raised from"))));
    }
    return static_cast<int>(ExitCode::done);
}

// The work is done; whether its results could be told is seen last.
int ended(int code) {
    const int failure = output_failure();
    if (code != 0 || failure == 0) return code;
    if (failure == EPIPE) end_by_broken_pipe();
    return fail(ExitCode::environment, fmt::format("cannot write to standard output: {}", std::strerror(failure)));
}

}  // namespace
}  // namespace cellwise::cli

int main(int argc, char** argv) {
    cellwise::cli::hand_over(argc, argv);
    cellwise::prepare_standard_streams();
    return cellwise::cli::ended(cellwise::cli::run(argc, argv));
}
