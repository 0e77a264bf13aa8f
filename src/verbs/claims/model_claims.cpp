#include <fmt/format.h>

#include "lab/claims/paired_values.h"
#include "verbs/claims/families.h"

namespace cellwise::verbs {
namespace {

/// A loss of that much of the area still counts as robust.
constexpr double robust_loss = 0.01;

Side side(const std::string& label, const std::string& model, Damage damage = Damage::none) {
    Side side{label, {}};
    side.spec.model = model;
    side.spec.damage = damage;
    return side;
}

Question beats(const Tables& tables, const std::string& title, const std::string& model, const std::string& other_title,
               const std::string& other, const std::string& other_name) {
    Question question;
    question.name = fmt::format("customers-{}-beats-{}", model, other_name);
    question.statement = fmt::format("{} is better than {}.", title, other_title);
    question.metric = main_metric(tables);
    question.unit = main_unit(tables);
    question.one = side(title, model);
    question.other = side(other_title, other);
    return question;
}

}  // namespace

std::vector<lab::Claim> boosting_claims(const Tables& tables) {
    std::vector<lab::Claim> claims;
    const auto linear = linear_model(tables);
    for (const auto& [title, model] : {std::pair("XGBoost", "xgboost"), std::pair("LightGBM", "lightgbm")}) {
        auto question = beats(tables, title, model, linear_title(tables), linear, linear);
        question.statement = fmt::format("boosted trees ({}) beat {}.", title, linear_title(tables));
        if (std::string_view(model) == "xgboost") {
            auto slow = side("XGBoost with 300 rounds, rate 0.05, depth 4", model);
            slow.spec.parameters = {{"rounds", "300"}, {"learning_rate", "0.05"}, {"max_depth", "4"}};
            question.beside.push_back(slow);
        }
        claims.push_back(claim_of(tables, question));
    }
    return claims;
}

std::vector<lab::Claim> forest_claims(const Tables& tables) {
    const auto metric = main_metric(tables);
    const std::string how =
        "One in twenty cells of the numeric columns is made a thousand times as large, as by a slipped decimal point, "
        "in the training rows alone; the rows that are predicted are as they were.";
    Question robust;
    robust.name = "customers-forest-robust";
    robust.statement = fmt::format(
        "the random forest is robust: gross errors in its training rows cost it less than {}.", robust_loss);
    robust.how = how;
    robust.metric = metric;
    robust.unit = main_unit(tables);
    robust.one = side("the forest with gross errors", "random_forest", Damage::gross_errors);
    robust.other = side("the forest without", "random_forest");
    robust.rule = lab::Rule::above(-robust_loss);

    auto better = claim_on(
        tables, "customers-forest-robust-vs-linear",
        fmt::format("the random forest is more robust against gross errors than {}.", linear_title(tables)), how);
    better.estimand = fmt::format("{} that gross errors cost {} minus what they cost the forest, on the same folds",
                                  metric_title(metric), linear_title(tables));
    better.unit = main_unit(tables);
    better.rule = lab::Rule::above(0);
    better.measure = [tables, metric](lab::Laboratory& lab, std::span<const std::uint64_t> seeds) {
        const auto loss = [&](const std::string& model) {
            return lab::minus(
                values_of(tables->measure(lab, side("", model).spec, seeds), metric),
                values_of(tables->measure(lab, side("", model, Damage::gross_errors).spec, seeds), metric));
        };
        const auto forest = loss("random_forest"), linear = loss(linear_model(tables));
        return lab::Measurement{lab::minus(linear, forest),
                                {{fmt::format("{}: {} lost", linear_title(tables), metric_title(metric)), linear},
                                 {fmt::format("the forest: {} lost", metric_title(metric)), forest}},
                                {},
                                test_over_train(lab.sizes())};
    };
    return {claim_of(tables, robust), better};
}

std::vector<lab::Claim> network_claims(const Tables& tables) {
    std::vector<lab::Claim> claims;
    const auto linear = linear_model(tables);
    for (const auto& [title, model] : {std::pair("the LSTM", "lstm"), std::pair("the CNN", "cnn")}) {
        for (auto question : {beats(tables, title, model, "XGBoost", "xgboost", "xgboost"),
                              beats(tables, title, model, linear_title(tables), linear, linear)}) {
            question.statement = fmt::format("deep learning wins: {} is better than {}.", title, question.other.label);
            question.seeds = 4;
            claims.push_back(claim_of(tables, question));
        }
    }
    return claims;
}

std::vector<lab::Claim> leaderboard_claims(const Tables& tables) {
    const auto metric = tables->choice().is_classification ? metric_named("accuracy") : metric_named("r2");
    const std::vector<std::pair<std::string, std::string>> models{{linear_title(tables), linear_model(tables)},
                                                                  {"Random Forest", "random_forest"},
                                                                  {"XGBoost", "xgboost"},
                                                                  {"LightGBM", "lightgbm"}};
    auto claim = claim_on(tables, "customers-leaderboard-flatters",
                          "a leaderboard on the rows that were learned from flatters its leader.",
                          fmt::format("The models are {}, the random forest, XGBoost and LightGBM; the leader is the "
                                      "one that is best on the training rows.",
                                      linear_title(tables)));
    claim.estimand = fmt::format("{} of each fold's leader on its training rows minus that on the fold's other rows",
                                 metric_title(metric));
    claim.unit = tables->choice().is_classification ? "accuracy" : "R²";
    claim.rule = lab::Rule::above(0);
    claim.measure = [tables, metric, models](lab::Laboratory& lab, std::span<const std::uint64_t> seeds) {
        lab::Measurement measurement;
        measurement.test_over_train = test_over_train(lab.sizes());
        std::vector<std::string> names;
        for (const auto& [title, model] : models) names.push_back(model);
        measurement.unfit = tables->missing(names);
        if (!measurement.unfit.empty()) return measurement;
        std::vector<std::vector<double>> train, test;
        for (const auto& [title, model] : models) {
            const auto folds = tables->measure(lab, side(title, model).spec, seeds);
            train.push_back(values_of(folds, metric, true));
            test.push_back(values_of(folds, metric));
            measurement.details.push_back({title + " on training rows", train.back()});
            measurement.details.push_back({title + " on the other rows", test.back()});
        }
        for (std::size_t fold = 0; fold < train.front().size(); ++fold) {
            std::size_t leader = 0;
            for (std::size_t i = 1; i < train.size(); ++i) {
                if (train[i][fold] > train[leader][fold]) leader = i;
            }
            measurement.values.push_back(train[leader][fold] - test[leader][fold]);
        }
        return measurement;
    };
    return {claim};
}

}  // namespace cellwise::verbs
