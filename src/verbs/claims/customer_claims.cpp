#include "verbs/claims/customer_claims.h"

#include <algorithm>
#include <string_view>

#include "verbs/claims/families.h"

namespace cellwise::verbs {
namespace {

using Topic = std::vector<lab::Claim> (*)(const Tables&);

/// A topic and the suffixes of the tables that it is put to, besides one's own.
struct Placed {
    Topic topic;
    std::vector<std::string_view> tables;
};

const std::vector<Placed>& topics() {
    static const std::vector<Placed> all{{boosting_claims, {"telco", "hdma", "computers"}},
                                         {forest_claims, {"telco", "computers"}},
                                         {network_claims, {"telco", "computers"}},
                                         {imputation_claims, {"telco", "computers"}},
                                         {outlier_claims, {"hdma", "computers"}},
                                         {smote_claims, {"telco", "hdma"}},
                                         {feature_claims, {"telco", "synthetic"}},
                                         {leaderboard_claims, {"telco", "computers"}},
                                         {tuning_claims, {"telco", "computers"}}};
    return all;
}

}  // namespace

customers::Metric main_metric(const Tables& tables) {
    return metric_named(tables->choice().is_classification ? "roc_auc" : "r2");
}

std::string main_unit(const Tables& tables) { return tables->choice().is_classification ? "AUC" : "R²"; }

std::string linear_model(const Tables& tables) { return tables->choice().is_classification ? "logistic" : "ridge"; }

std::string linear_title(const Tables& tables) {
    return tables->choice().is_classification ? "logistic regression" : "ridge regression";
}

std::vector<lab::Claim> customer_claims(const CustomerClaimsOptions& options) {
    std::vector<Tables> laboratories;
    if (options.own) {
        laboratories.push_back(std::make_shared<TableLaboratory>(options.kinds, *options.own, options.data));
    } else {
        for (const auto& table : claim_tables()) {
            laboratories.push_back(std::make_shared<TableLaboratory>(options.kinds, table, options.data));
        }
    }
    std::vector<lab::Claim> claims;
    for (const auto& [topic, tables] : topics()) {
        for (const auto& laboratory : laboratories) {
            const auto& suffix = laboratory->choice().suffix;
            if (!options.own && std::find(tables.begin(), tables.end(), suffix) == tables.end()) continue;
            auto some = topic(laboratory);
            claims.insert(claims.end(), some.begin(), some.end());
        }
    }
    return claims;
}

}  // namespace cellwise::verbs
