#include <fmt/format.h>

#include "lab/claims/paired_values.h"
#include "tasks/customers/tuning.h"
#include "verbs/claims/families.h"
#include "verbs/claims/tuned_model.h"

namespace cellwise::verbs {
namespace {

struct TunedModel {
    std::string name, title, model;  ///< in the claim's name, in a sentence, as ModelKind has it
    std::int64_t full_trials = 20;
    [[nodiscard]] std::int64_t trials(const lab::Sizes& sizes) const { return sizes.pick(full_trials, 2); }
};

lab::Measurement measured(const Tables& tables, const TunedModel& tuned, lab::Laboratory& lab,
                          std::span<const std::uint64_t> seeds) {
    lab::Measurement measurement;
    const double test_share = customers::FitSettings().test_share;
    measurement.test_over_train = test_share / (1 - test_share);
    const std::vector<std::string> models{tuned.model};
    measurement.unfit = tables->missing(models);
    if (!measurement.unfit.empty()) return measurement;
    const auto metric = main_metric(tables);
    const auto outcomes = tables->tune(lab, tuned.model, tuned.trials(lab.sizes()), seeds);
    std::vector<FoldOutcome> defaults, best;
    for (std::size_t i = 0; i < outcomes.size(); ++i) (i % 2 == 0 ? defaults : best).push_back(outcomes[i]);
    const auto title = metric_title(metric);
    measurement.details = {{"tuned: " + title, values_of(best, metric)},
                           {"defaults: " + title, values_of(defaults, metric)},
                           {"tuned: " + title + " over the trials' folds", values_of(best, metric, true)},
                           {"defaults: " + title + " over the trials' folds", values_of(defaults, metric, true)}};
    measurement.values = lab::minus(measurement.details[0].values, measurement.details[1].values);
    return measurement;
}

}  // namespace

std::vector<lab::Claim> tuning_claims(const Tables& tables) {
    const std::vector<TunedModel> models{{linear_model(tables), linear_title(tables), linear_model(tables)},
                                         {"forest", "the random forest", "random_forest"},
                                         {"xgboost", "XGBoost", "xgboost"},
                                         {"lightgbm", "LightGBM", "lightgbm"},
                                         {"mlp", "the MLP", "mlp", 12},
                                         {"cnn", "the CNN", "cnn", 12},
                                         {"lstm", "the LSTM", "lstm", 12}};
    std::vector<lab::Claim> claims;
    for (const auto& tuned : models) {
        auto claim = claim_on(tables, fmt::format("customers-tuning-helps-{}", tuned.name),
                              fmt::format("tuning makes {} better than its defaults.", tuned.title), "");
        claim.estimand = fmt::format(
            "{} of {} with the best trial's parameters minus that with its defaults, on the "
            "same test part",
            metric_title(main_metric(tables)), tuned.title);
        claim.unit = main_unit(tables);
        claim.rule = lab::Rule::above(0);
        claim.seeds = 10;
        claim.set_up = [tables, tuned](const lab::Sizes& sizes) {
            return fmt::format(
                "{}, target {}; each seed sets a fifth of them aside as the test part. A study of {} trials (TPE) over "
                "the model's built-in space sees {} folds of the rest. Then the defaults and the best trial's "
                "parameters learn from the whole rest and are tested once.",
                customers_at(sizes), tables->choice().target, tuned.trials(sizes), tuning_folds);
        };
        claim.measure = [tables, tuned](lab::Laboratory& lab, std::span<const std::uint64_t> seeds) {
            return measured(tables, tuned, lab, seeds);
        };
        claims.push_back(std::move(claim));
    }
    return claims;
}

}  // namespace cellwise::verbs
