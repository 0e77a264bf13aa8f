#include "verbs/named_runs.h"

#include <fmt/format.h>

#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/paths.h"
#include "runs/run_index.h"
#include "verbs/report_input.h"

namespace cellwise::verbs {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t largest_comparison = 1 << 28;  // bytes

void add_comparison(const runs::RunInfo& info, bool several, NamedRuns& named) {
    const auto path = info.folder / "comparison.json";
    if (info.status != runs::RunStatus::finished) {
        throw DataError(fmt::format("the comparison '{}' is not finished: continue it with compare --resume",
                                    info.folder.string()));
    }
    named.comparisons.push_back(info.folder);
    auto comparison = records::read_comparison(read_file(path, largest_comparison), path.string());
    for (const auto& note : records::notes_of(comparison)) {
        named.notes.push_back(several ? fmt::format("{}: {}", info.folder.string(), note) : note);
    }
    named.baselines = std::move(comparison.baselines);
    for (const auto& run : info.runs) {
        if (run.status != runs::RunStatus::diverged) named.runs.push_back(read_report_run(run.folder));
    }
    if (comparison.runs.empty()) {
        throw DataError(
            fmt::format("no run of the comparison '{}' has a result: they all diverged", info.folder.string()));
    }
    if (info.runs.empty()) throw DataError(fmt::format("the comparison '{}' holds no runs", info.folder.string()));
}

}  // namespace

NamedRuns read_named(const std::vector<std::string>& folders) {
    NamedRuns named;
    for (const auto& folder : folders) {
        const auto path = without_last_slash(folder);
        const auto info = runs::read_run(path);
        if (info.status == runs::RunStatus::broken) throw DataError(fmt::format("'{}': {}", folder, info.problem));
        if (info.status == runs::RunStatus::imported) {
            throw UsageError(
                fmt::format("'{}' was imported: it has no training to report on (evaluate tests it)", folder));
        }
        if (info.status == runs::RunStatus::diverged) {
            throw DataError(fmt::format("the run '{}' has no result: its {}", folder, info.problem));
        }
        if (info.status == runs::RunStatus::running) {
            throw DataError(fmt::format("a cellwise is at work in '{}': wait until it is done", folder));
        }
        if (info.is_comparison) {
            add_comparison(info, folders.size() > 1, named);
        } else {
            named.runs.push_back(read_report_run(path));
        }
    }
    if (folders.size() > 1) named.baselines.clear();
    return named;
}

}  // namespace cellwise::verbs
