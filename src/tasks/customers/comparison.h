#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/communicator.h"
#include "statistics/summary.h"
#include "tasks/customers/figures.h"
#include "tasks/customers/fold.h"

namespace cellwise::customers {

struct ComparisonSettings {
    FitSettings fit;
    std::int64_t folds = 5, repeats = 2;  ///< folds 0: the notes' split alone
    std::vector<std::string> models;      ///< empty: all
    std::size_t threads = 1;
    Communicator* processes = nullptr;  ///< share the fits; all get all of the result
    double leak_auc = 0.95;             ///< an area from here on is too good to be true
};

/// A model on the notes' split.
struct ModelResult {
    std::string name, title;
    std::string missing;  ///< why it was not fitted; nothing else is told then
    bool is_baseline = false;
    Figures figures;
    double seconds = 0;                                     ///< to fit and to predict
    double threshold = 0.5;                                 ///< of two labels
    std::optional<statistics::Interval> accuracy_interval;  ///< Wilson's, 95%
    std::optional<statistics::Interval> roc_auc_interval;   ///< DeLong's, of two labels
    std::vector<double> answers;                            ///< Model::predict's, of the test part
};

/// A figure over all folds.
struct CrossValidated {
    std::string name, metric;
    std::size_t count = 0;
    double mean = 0, sd = 0, low = 0, high = 0;  ///< 95%, Nadeau and Bengio's variance
};

/// a − b over the same folds, or on the split's test rows.
struct Difference {
    std::string a, b, metric;
    double mean = 0, low = 0, high = 0;
    double p_uncorrected = 1;
    double p = 1;         ///< Holm's, over all pairs of the metric
    std::string verdict;  ///< "a is better", "b is better" or "cannot be told apart"
};

struct Comparison {
    std::string origin, target;
    bool is_classification = true;
    std::vector<std::string> labels;
    std::int64_t train = 0, test = 0, missing_targets = 0, removed = 0, made_up = 0;
    std::vector<std::int64_t> test_rows;  ///< of the table, the first twenty
    std::size_t features = 0;
    std::vector<tables::LeftOut> left_out;
    std::int64_t folds = 0, repeats = 0;
    std::vector<ModelResult> models;
    std::vector<CrossValidated> cross_validation;
    std::vector<Difference> differences;        ///< over the folds
    std::vector<Difference> split_differences;  ///< accuracy by McNemar's test, roc_auc by DeLong's
    std::vector<std::string> notices, notices_korean;
};

/// Fits every model on the notes' split and on every fold, folds × models side by side and shared by the processes. The
/// same figures, to the last bit, for any number of threads and processes. done: called after every fit, from any
/// thread. Throws UsageError and DataError as target, folds and models say, Interrupted after Ctrl-C.
[[nodiscard]] Comparison compare(const tables::Table& table, const Target& target, const ModelKinds& kinds,
                                 const ComparisonSettings& settings,
                                 const std::function<void(std::size_t done, std::size_t all)>& done = {});

/// The document of docs/schema/customers-compare.json, without its "schema".
[[nodiscard]] nlohmann::ordered_json to_json(const Comparison& comparison);

}  // namespace cellwise::customers
