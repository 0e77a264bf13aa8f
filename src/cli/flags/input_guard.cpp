#include "cli/flags/input_guard.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/input_files.h"

namespace cellwise::cli {
namespace {

constexpr std::array output_flags{"--json", "--output", "--svg", "--csv", "--markdown", "--html"};

struct Named {
    std::string flag;  // "--json"; "RUN" of a positional
    std::string path;
};

bool is_output(const CLI::Option& option) {
    return std::any_of(output_flags.begin(), output_flags.end(),
                       [&](const char* flag) { return option.check_name(flag); });
}

void require_apart(const CLI::App& command) {
    std::vector<Named> outputs, inputs;
    for (const auto* option : command.get_options()) {
        auto& named = is_output(*option) ? outputs : inputs;
        for (const auto& value : option->results()) named.push_back({option->get_name(), value});
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const auto& [flag, path] = outputs[i];
        for (const auto& input : inputs) {
            if (is_same_file(path, input.path)) {
                throw UsageError(fmt::format("{} '{}' is the file that {} names to be read: write to another file",
                                             flag, path, input.flag));
            }
        }
        for (std::size_t k = 0; k < i; ++k) {
            if (path != "-" && (path == outputs[k].path || is_same_file(path, outputs[k].path))) {
                throw UsageError(
                    fmt::format("{} and {} name the same file '{}': give each its own", outputs[k].flag, flag, path));
            }
        }
    }
}

}  // namespace

void guard_inputs(CLI::App& app) {
    for (auto* command : app.get_subcommands({})) {
        guard_inputs(*command);
        command->parse_complete_callback([command] { require_apart(*command); });
    }
}

}  // namespace cellwise::cli
