// The program that a user starts: it loads no LibTorch, which takes a third of a second and 120 MB. What needs none it
// does itself; for all else it becomes the program that has it, which lies beside it.
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/commands/customers.h"
#include "cli/release_files.h"
#include "core/error.h"
#include "core/standard_streams.h"

namespace cellwise::cli {
namespace {

char** own_arguments = nullptr;  // main()'s

void add_customers_tables(CLI::App& app) {
    auto& customers = add_customers_command(app);
    add_customers_describe(customers);
    add_customers_clean(customers);
    add_customers_synthetic(customers);
}

std::filesystem::path path_of_other() {
    std::error_code code;  // without /proc the one that PATH names is tried
    return program_with_torch(std::filesystem::read_symlink("/proc/self/exe", code).parent_path());
}

[[noreturn]] void refuse(const std::string& message) {
    prepare_standard_streams();
    say(fmt::format("cellwise: error: {}\n", message));
    ::_exit(static_cast<int>(ExitCode::environment));
}

}  // namespace

void add_commands(CLI::App& app) {
    using Add = void (*)(CLI::App&);
    constexpr std::array<std::pair<std::string_view, Add>, 6> own{{{"customers", add_customers_tables},
                                                                   {"data", add_data},
                                                                   {"help", add_help},
                                                                   {"predict", add_predict},
                                                                   {"runs", add_runs},
                                                                   {"version", add_version}}};
    for (const auto& command : all_commands()) {
        const auto* found = std::ranges::find(own, command.name, &std::pair<std::string_view, Add>::first);
        if (found != own.end()) {
            found->second(app);
        } else {
            add_command(app, command.name);  // a name to be found by those who mistype it
        }
    }
}

void hand_over(int argc, char** argv) {
    own_arguments = argv;
    if (wants_torch({argv, static_cast<std::size_t>(argc)})) become_the_other();
    // What reading a large table needed goes back to the system at once, not into a reserve.
    ::mallopt(M_MMAP_THRESHOLD, 1 << 17);
}

void become_the_other() {
    const auto path = path_of_other();
    // The loader's own message would name one library and end with 127.
    if (const auto reason = why_not_whole(path.parent_path()); !reason.empty()) {
        refuse(fmt::format("this copy of the program is not whole: {}\nUnpack or install it again", reason));
    }
    ::execvp(path.c_str(), own_arguments);
    refuse(fmt::format("'{}' cannot be started: {}\nIt belongs beside this program: install both again", path.string(),
                       std::strerror(errno)));
}

}  // namespace cellwise::cli
