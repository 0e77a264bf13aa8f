#include <fmt/format.h>

#include "verbs/claims/families.h"

namespace cellwise::verbs {
namespace {

Side smote_side(const std::string& label, const std::string& model, bool smote) {
    Side side{label, {}};
    side.spec.model = model;
    side.spec.smote = smote;
    return side;
}

}  // namespace

std::vector<lab::Claim> smote_claims(const Tables& tables) {
    if (!tables->choice().is_classification) return {};
    const std::string linear = "logistic",
                      how = "SMOTE makes up rows inside a fold's training part. The model is logistic regression.";
    const auto with = smote_side("logistic regression with SMOTE", linear, true),
               without = smote_side("it without", linear, false);
    const auto with_trees = smote_side("XGBoost with SMOTE", "xgboost", true),
               without_trees = smote_side("XGBoost without", "xgboost", false);
    Question auc;
    auc.name = "customers-smote-improves-auc";
    auc.statement = "SMOTE makes the order of the customers better.";
    auc.how = how;
    auc.metric = metric_named("roc_auc");
    auc.unit = "AUC";
    auc.one = with, auc.other = without;
    auc.beside = {with_trees, without_trees};

    auto balanced = auc;
    balanced.name = "customers-smote-improves-balanced";
    balanced.statement = "SMOTE makes the balanced accuracy better.";
    balanced.metric = metric_named("balanced_accuracy");
    balanced.unit = "accuracy";

    auto calibration = auc;
    calibration.name = "customers-smote-improves-calibration";
    calibration.statement = "SMOTE makes the probabilities better.";
    calibration.metric = metric_named("brier");
    calibration.unit = "Brier";
    calibration.one = smote_side("logistic regression without SMOTE", linear, false);
    calibration.other = smote_side("it with", linear, true);

    auto threshold = balanced;
    threshold.name = "customers-smote-beats-threshold";
    threshold.statement = "SMOTE makes the balanced accuracy better than moving the threshold does.";
    threshold.how =
        how + " The other threshold is the share of positive customers in the training part, in place of 0.5.";
    threshold.other = smote_side("it without, by the other threshold", linear, false);
    threshold.other.spec.threshold_at_share = true;
    threshold.beside[1].label = "XGBoost without, by the other threshold";
    threshold.beside[1].spec.threshold_at_share = true;

    Question flatters;
    flatters.name = "customers-smote-first-flatters";
    flatters.statement = "SMOTE before the split makes a model look better than it is.";
    flatters.how =
        "SMOTE makes up rows from all customers first, and the made-up rows are dealt to the folds by chance; a fold "
        "then "
        "tests on true and made-up rows. The model is the random forest.";
    flatters.metric = metric_named("accuracy");
    flatters.unit = "accuracy";
    flatters.one = smote_side("the forest with SMOTE before the split", "random_forest", false);
    flatters.one.spec.smote_before_split = true;
    flatters.other =
        smote_side("the forest with SMOTE inside the training part, tested on true rows", "random_forest", true);

    auto flatters_auc = flatters;
    flatters_auc.name = "customers-smote-first-flatters-auc";
    flatters_auc.statement = "SMOTE before the split makes the area under the ROC curve look larger than it is.";
    flatters_auc.metric = metric_named("roc_auc");
    flatters_auc.unit = "AUC";
    std::vector<lab::Claim> claims;
    for (const auto& question : {auc, balanced, calibration, threshold, flatters, flatters_auc}) {
        claims.push_back(claim_of(tables, question));
    }
    return claims;
}

}  // namespace cellwise::verbs
