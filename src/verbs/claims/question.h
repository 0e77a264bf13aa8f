#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lab/claims/claim.h"
#include "verbs/claims/table_laboratory.h"

namespace cellwise::verbs {

using Tables = std::shared_ptr<TableLaboratory>;

/// One of the two things that a claim compares, fold by fold.
struct Side {
    std::string label;
    FoldsSpec spec;
    bool on_training_rows = false;  ///< its figure on the rows it learned from
};

/// A claim that is a difference of one measure: of `one` minus of `other` on the same folds.
struct Question {
    std::string name;  ///< without the table's suffix: customers-xgboost-beats-logistic
    std::string
        statement;    ///< "XGBoost orders the customers better than logistic regression": "On Telco" is put before
    std::string how;  ///< what is done, in a sentence or two; empty where the rest says it
    customers::Metric metric;
    std::string unit;
    Side one, other;
    std::vector<Side> beside = {};  ///< further figures for the reader
    lab::Rule rule = lab::Rule::above(0);
    std::int64_t seeds = 10;
    bool needs_removed_rows = false;  ///< says nothing where `one`'s recipe took no row out
};

/// The measure of that name: "roc_auc". Throws InternalError for a name that is none.
[[nodiscard]] customers::Metric metric_named(std::string_view name);

/// "ROC AUC" of "roc_auc".
[[nodiscard]] std::string metric_title(const customers::Metric& metric);

/// The parts that all claims about a table share: name, family, table, seeds and set-up.
[[nodiscard]] lab::Claim claim_on(const Tables& tables, const std::string& name, const std::string& statement,
                                  const std::string& how);

/// "All customers" or "The first 600 customers".
[[nodiscard]] std::string customers_at(const lab::Sizes& sizes);

/// A figure of every fold. Throws DataError where it is undefined on a fold.
[[nodiscard]] std::vector<double> values_of(const std::vector<FoldOutcome>& folds, const customers::Metric& metric,
                                            bool on_training_rows = false);

/// A fold's tested rows by its trained rows.
[[nodiscard]] double test_over_train(const lab::Sizes& sizes);

[[nodiscard]] lab::Claim claim_of(const Tables& tables, const Question& question);

}  // namespace cellwise::verbs
