#include "verbs/claims/search_claims.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "core/hash.h"
#include "core/stop_token.h"
#include "lab/claims/laboratory.h"
#include "search/study.h"
#include "search/test_functions.h"
#include "verbs/review_trials.h"

namespace cellwise::verbs {
namespace {

constexpr double held_out = 0.2;
/// No study is so near to a minimum that the rest counts.
constexpr double least_regret = 1e-9;

const std::vector<std::string>& review_space() {
    static const std::vector<std::string> space{
        "learning-rate=log:0.0005..0.01", "batch-size=32,64,128", "hidden-size=16,32,64",
        "embedding-size=16,32,64,128",    "dropout=0..0.5",       "epochs=int:2..4"};
    return space;
}

std::int64_t review_trials(const lab::Sizes& sizes) { return sizes.pick(30, 4); }

/// The tutorial's LSTM, judged on held-out training reviews, at these sizes.
sentiment::Configuration tutorial_lstm(sentiment::Configuration configuration, const lab::Sizes& sizes) {
    configuration.cells = {Cell::lstm};
    configuration.validation_split = held_out;
    configuration.seed = 0;
    configuration.seeds = "1";
    configuration.length = sizes.length;
    configuration.model.vocabulary_size = sizes.vocabulary_size;
    configuration.data.limit = sizes.reviews(configuration.data.limit);
    settle(configuration);
    return configuration;
}

search::StudySettings study_of(const sentiment::Configuration& configuration, const std::string& data_sha256) {
    search::StudySettings settings;
    settings.space = search::Space::parse(review_space());
    settings.pruner.kind = search::PrunerKind::median;
    settings.context = {{"command", "claims"}, {"metric", "accuracy"}, {"data-sha256", data_sha256}};
    for (const auto* name : {"length", "vocabulary_size", "limit", "engine"}) {
        settings.context.emplace_back(name, sentiment::text_of(configuration, name));
    }
    return settings;
}

/// The study is begun, or gone on with, in the laboratory's folder.
lab::Measurement tuned_against_default(const sentiment::Configuration& common, lab::Laboratory& lab,
                                       std::span<const std::uint64_t> seeds) {
    auto configuration = tutorial_lstm(common, lab.sizes());
    configuration.model.engine = lab.engine();
    const auto data = std::make_shared<const sentiment::PreparedData>(sentiment::prepare_data(configuration));
    const auto settings = study_of(configuration, data->source.sha256);
    const auto folder = lab.folder() / ("study-" + sha256(search::to_toml(settings)).substr(0, 16));
    std::error_code error;
    auto study = std::filesystem::exists(folder / "study.toml", error) ? search::Study::resume(folder, settings)
                                                                       : search::Study::begin(folder, settings);
    runs::RunObserver silent;
    const distributed::ProcessGroup alone(false);
    const auto threads = std::max<std::int64_t>(1, configuration.threads);
    ReviewTrials trials(configuration, data, folder, ReviewMetric::accuracy, static_cast<std::size_t>(threads),
                        review_trials(lab.sizes()), alone, silent, StopToken());
    search::RunOptions options;
    options.side_by_side = [&](std::size_t count, const auto& run) { trials.side_by_side(count, run); };
    study.run([&](const auto& trial, auto& told) { return trials.tried(trial, told); },
              {review_trials(lab.sizes()), {}, {}}, options);
    lab::Measurement measurement;
    const auto ended = study.trials();
    const auto place = search::best_trial(ended);
    if (!place) {
        measurement.unfit = "no trial is complete";
        measurement.values.assign(seeds.size(), 0);
        return measurement;
    }
    const auto& best = ended[*place];
    std::vector<std::uint64_t> fresh;
    for (const auto seed : seeds) fresh.push_back(seed + 1);
    const auto judged = trials.on_test({best.number, best.point, settings.space.values(best.point)}, fresh, silent);
    if (!judged) {
        measurement.unfit = "a training with a fresh seed diverges";
        measurement.values.assign(seeds.size(), 0);
        return measurement;
    }
    const auto &by_default = judged->at(0), &tuned = judged->at(1);
    for (std::size_t i = 0; i < seeds.size(); ++i) measurement.values.push_back(tuned[i] - by_default[i]);
    measurement.details = {{"tuned", tuned},
                           {"tutorial", by_default},
                           {"best trial, held-out reviews", std::vector(seeds.size(), *best.objective)}};
    return measurement;
}

lab::Claim tuning_beats_defaults(const sentiment::Configuration& configuration) {
    lab::Claim claim;
    claim.name = "tuning-beats-defaults-lstm-reviews";
    claim.statement = "Tuning finds settings of the LSTM that are better than the tutorial's.";
    claim.estimand =
        "test accuracy of the best trial's settings minus that of the tutorial's, trained with the same fresh seed";
    claim.unit = "accuracy";
    claim.rule = lab::Rule::above(0);
    claim.seeds = 5;
    claim.set_up = [](const lab::Sizes& sizes) {
        return fmt::format(
            "One study of {} trials with seed 0 (TPE, median pruning) over {}; a trial is judged by a fifth of the "
            "training reviews, which it does not learn from. Then the tutorial's settings and the best trial's are "
            "trained with fresh seeds (seed + 1) and tested on the test reviews, which nobody looked at before.",
            review_trials(sizes), fmt::join(review_space(), ", "));
    };
    claim.measure = [configuration](lab::Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return tuned_against_default(configuration, lab, seeds);
    };
    return claim;
}

/// log10 of what a study's best trial lacks to the minimum, mean over the functions.
double mean_log_regret(search::SamplerKind sampler, std::uint64_t seed, std::int64_t trials) {
    double sum = 0;
    search::SamplerOptions options;
    options.kind = sampler;
    options.seed = seed;
    for (const auto& function : search::test_functions()) {
        const double regret = search::best_value(function, options, trials, 1) - function.minimum;
        sum += std::log10(std::max(regret, least_regret));
    }
    return sum / static_cast<double>(search::test_functions().size());
}

lab::Claim bayesian_beats_random(search::SamplerKind sampler, std::int64_t trials) {
    const auto title = sampler == search::SamplerKind::tpe ? "TPE" : "a Gaussian process with expected improvement";
    lab::Claim claim;
    claim.name = fmt::format("bayesian-search-{}-beats-random-at-{}", search::sampler_name(sampler), trials);
    claim.statement =
        fmt::format("Bayesian search ({}) finds better settings than random search in {} trials.", title, trials);
    claim.estimand = fmt::format(
        "log10 of the regret (the best trial's value minus the function's minimum): that of random search minus that "
        "of {}, "
        "mean over the functions",
        title);
    claim.unit = "log10";
    claim.rule = lab::Rule::above(0);
    claim.seeds = 20;
    claim.on_reviews = false;
    claim.set_up = [trials](const lab::Sizes&) {
        std::vector<std::string_view> names;
        for (const auto& function : search::test_functions()) names.push_back(function.name);
        return fmt::format(
            "Studies of {} trials, asked one at a time, on {}. The random points are evenly spread ones "
            "(Halton). On noisy functions the value without noise of the trial that looked best counts.",
            trials, fmt::join(names, ", "));
    };
    claim.measure = [sampler, trials](lab::Laboratory& lab, std::span<const std::uint64_t> seeds) {
        std::vector<double> random(seeds.size()), bayesian(seeds.size()), values(seeds.size());
        lab.side_by_side(seeds.size(), [&](std::size_t i) {
            random[i] = mean_log_regret(search::SamplerKind::random, seeds[i], trials);
            bayesian[i] = mean_log_regret(sampler, seeds[i], trials);
            values[i] = random[i] - bayesian[i];
        });
        return lab::Measurement{
            values,
            {{"random, log10", random}, {fmt::format("{}, log10", search::sampler_name(sampler)), bayesian}},
            {}};
    };
    return claim;
}

}  // namespace

std::vector<lab::Claim> search_claims(const sentiment::Configuration& configuration) {
    std::vector<lab::Claim> claims{tuning_beats_defaults(configuration)};
    for (const auto sampler : {search::SamplerKind::tpe, search::SamplerKind::gp}) {
        for (const std::int64_t trials : {25, 50, 100}) claims.push_back(bayesian_beats_random(sampler, trials));
    }
    return claims;
}

}  // namespace cellwise::verbs
