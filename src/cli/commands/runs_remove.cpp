#include "cli/commands/runs_remove.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/error.h"
#include "core/standard_streams.h"
#include "runs/run_removal.h"
#include "tasks/customers/run_index.h"

namespace cellwise::cli {
namespace {

struct RemoveOptions {
    std::vector<std::string> runs;
    bool yes = false;
};

runs::RunFiles files_of(const std::string& run) {
    if (!customers::is_run(run)) return runs::review_run_files();
    return {"run.json", customers::run_file_names(), false};
}

bool is_confirmed(const RemoveOptions& options) {
    if (options.yes) return true;
    if (::isatty(STDIN_FILENO) != 1) {
        throw UsageError("nothing was removed: say --yes where no terminal can be asked");
    }
    say(fmt::format("Remove {} for good? [y/N] ", fmt::join(options.runs, ", ")));
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

void run_remove(const RemoveOptions& options) {
    const Output out("");
    runs::require_different(options.runs);
    for (const auto& run : options.runs) runs::require_removable(run, files_of(run));  // all or none
    if (!is_confirmed(options)) {
        out.print("nothing was removed\n");
        return;
    }
    for (const auto& run : options.runs) {
        runs::remove_run(run, files_of(run));
        out.print(fmt::format("removed {}\n", run));
    }
}

}  // namespace

void add_runs_remove(CLI::App& runs) {
    auto options = std::make_shared<RemoveOptions>();
    auto* remove = runs.add_subcommand("remove", "remove runs for good, after asking");
    remove->add_option("runs", options->runs, "the runs' folders")->required()->type_name("RUN");
    remove->add_flag("--yes", options->yes, "do not ask");
    add_display_flags(*remove);
    remove->callback([options] { run_remove(*options); });
}

}  // namespace cellwise::cli
