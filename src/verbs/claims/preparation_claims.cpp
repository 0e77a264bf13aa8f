#include <fmt/format.h>

#include "verbs/claims/families.h"

namespace cellwise::verbs {

std::vector<lab::Claim> imputation_claims(const Tables& tables) {
    std::vector<lab::Claim> claims;
    const auto filled_by = [&](const std::string& label, const std::string& rule) {
        Side side{label, {}};
        side.spec.model = linear_model(tables);
        side.spec.missing = {rule};
        side.spec.damage = Damage::blanks;
        return side;
    };
    for (const auto& [title, rule] : {std::pair("the mean", "mean"), std::pair("five nearest neighbours", "knn"),
                                      std::pair("regression", "regression")}) {
        Question question;
        question.name = fmt::format("customers-fill-{}-vs-median", rule);
        question.statement = fmt::format("filling missing numbers by {} is better than by the median.", title);
        question.how = fmt::format(
            "A fifth of the cells of numeric columns is blanked by chance, in all rows; the blanks are filled by what "
            "the "
            "training rows teach, and {} reads the result.",
            linear_title(tables));
        question.metric = main_metric(tables);
        question.unit = main_unit(tables);
        question.one = filled_by(fmt::format("{} after filling by {}", linear_title(tables), title), rule);
        question.other = filled_by("it after filling by the median", "median");
        claims.push_back(claim_of(tables, question));
    }
    return claims;
}

std::vector<lab::Claim> outlier_claims(const Tables& tables) {
    Question question;
    question.name = "customers-iqr-removal-helps";
    question.statement = "removing outliers by the IQR rule makes a model better.";
    question.how = fmt::format(
        "Training rows with a number beyond 1.5 IQR of the quartiles are removed; the rows that are predicted are "
        "never "
        "removed. The model is {}.",
        linear_title(tables));
    question.metric = main_metric(tables);
    question.unit = main_unit(tables);
    question.one = {fmt::format("{} without outliers", linear_title(tables)), {}};
    question.one.spec.model = linear_model(tables);
    question.one.spec.outliers = {"iqr-remove"};
    question.other = {"it with all training rows", {}};
    question.other.spec.model = linear_model(tables);
    question.needs_removed_rows = true;
    return {claim_of(tables, question)};
}

std::vector<lab::Claim> feature_claims(const Tables& tables) {
    const auto& table = tables->choice();
    std::string rule;
    if (table.is_synthetic) rule = "visit_per_spend = total_spend / (visit_count + 1)";
    if (table.suffix == "telco") rule = "spend_per_month = TotalCharges / (tenure + 1)";
    if (rule.empty()) return {};
    std::vector<lab::Claim> claims;
    for (const auto& [title, model] : {std::pair("logistic regression", "logistic"), std::pair("XGBoost", "xgboost")}) {
        Question question;
        question.name = fmt::format("customers-extra-feature-{}", model);
        question.statement = fmt::format("the notes' extra feature, spend by visits, makes {} better.", title);
        question.how =
            fmt::format("The feature: {}.{}", rule,
                        table.is_synthetic ? "" : " The notes' columns are not in this table; these are like them.");
        question.metric = main_metric(tables);
        question.unit = main_unit(tables);
        question.one = {fmt::format("{} with the feature", title), {}};
        question.one.spec.model = model;
        question.one.spec.feature = rule;
        question.other = {"it without", {}};
        question.other.spec.model = model;
        claims.push_back(claim_of(tables, question));
    }
    return claims;
}

}  // namespace cellwise::verbs
