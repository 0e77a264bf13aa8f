#include "verbs/claims/tuned_model.h"

#include <array>
#include <utility>

#include "core/error.h"
#include "search/sampler.h"
#include "tasks/customers/tuning.h"
#include "verbs/claims/fold_variants.h"

namespace cellwise::verbs {
namespace {

constexpr std::int64_t asked_at_once = 4;  // as `customers tune` does

customers::FoldMeans over_folds(const customers::TrainingFolds& folds, const customers::Candidate& candidate,
                                const customers::TuningMetric& metric) {
    return customers::fold_means(folds, candidate, metric, [](std::int64_t, double) { return true; });
}

}  // namespace

std::vector<FoldOutcome> default_and_tuned(const FoundTable& found, const customers::ModelKind& kind,
                                           std::int64_t trials, std::uint64_t seed) {
    const auto texts = customers::builtin_space(kind);
    if (texts.empty()) throw UsageError(kind.name + " has nothing to tune");
    const auto settings = settings_of({.model = kind.name}, found, seed);
    const auto metric = customers::tuning_metric("", found.target.is_classification);
    const auto space = search::Space::parse(texts);
    const customers::TrainingFolds folds(found.table, found.target, settings, tuning_folds, seed, 1);
    const auto candidate_of = [&](const search::Point& point) {
        return customers::Candidate{&kind, customers::with_values({}, space.values(point))};
    };
    search::SamplerOptions options;
    options.seed = seed;
    const auto done = search::unkept_trials(space, options, trials, asked_at_once, [&](const search::Point& point) {
        return over_folds(folds, candidate_of(point), metric).objective;
    });
    const std::array candidates{customers::Candidate{&kind, {}}, candidate_of(done[*search::best_trial(done)].point)};
    const auto on_test = customers::answers_on_test(found.table, found.target, settings, candidates, 1);
    std::vector<FoldOutcome> outcomes;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        outcomes.push_back({on_test.candidates[i].figures, over_folds(folds, candidates[i], metric).figures, 0});
    }
    return outcomes;
}

}  // namespace cellwise::verbs
