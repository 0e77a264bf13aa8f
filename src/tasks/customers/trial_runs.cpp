#include "tasks/customers/trial_runs.h"

#include <fmt/format.h>

#include <utility>

#include "core/error.h"

namespace cellwise::customers {
namespace {

tables::Split training_part(const Target& target, const FitSettings& settings) {
    auto split = notes_split(target, settings);
    split.test.clear();
    return split;
}

}  // namespace

TrialRuns::TrialRuns(const tables::Table& table, const Target& target, const FitSettings& settings, TableSource source,
                     std::filesystem::path study)
    : table_(table),
      target_(target),
      settings_(settings),
      source_(std::move(source)),
      study_(std::move(study)),
      split_(training_part(target, settings)),
      fold_(prepare_fold(table, target, split_, settings)) {}

std::string TrialRuns::name_of(std::int64_t trial) { return fmt::format("trial-{:04}", trial); }

void TrialRuns::keep(std::int64_t trial, const Candidate& candidate, const FoldMeans& means, bool is_complete) const {
    auto settings = settings_;
    settings.parameters[candidate.kind->name] = candidate.parameters;
    Fitted fitted{nullptr, settings.threshold.value};
    if (is_complete) fitted = fit_model(*candidate.kind, fold_, table_, target_, split_, settings);
    if (settings.stop.requested()) {
        throw Interrupted(exit_code_of_stop(settings.stop.cause()),
                          fmt::format("stopped by {}", name_of_stop(settings.stop.cause())));
    }
    auto run = run_of(*candidate.kind, std::move(fitted), fold_, target_, settings, source_);
    run.figures = means.figures;
    run.folds = means.folds;
    replace_run(study_ / name_of(trial), run);
}

}  // namespace cellwise::customers
