#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/tables/table.h"

namespace cellwise::customers {

struct TargetOptions {
    std::string column;
    std::string positive_label;             ///< empty: the last label in order
    std::optional<bool> is_classification;  ///< nothing: a number is one with more than 20 distinct values
};

/// What is to be predicted.
struct Target {
    std::string column;
    bool is_classification = false;
    /// Of a classification, class 0 first: in the order of the numbers or bytes, but a positive label stands last.
    std::vector<std::string> labels;
    std::vector<std::int64_t> rows;    ///< those whose target is known, ascending
    std::vector<double> values;        ///< [rows]: the number or class
    std::vector<std::int32_t> sorted;  ///< [rows] of a classification: the class in the order of scikit-learn's labels
    std::int64_t missing = 0;          ///< rows whose target is not known; they are left out

    [[nodiscard]] std::size_t classes() const { return labels.size(); }
};

/// Throws UsageError for a column that is not there or can be no target (an identifier, texts, dates, more than 100
/// labels), a positive label that is none; DataError for one that is constant, without values, or has a class with a
/// single row.
[[nodiscard]] Target target_of(const tables::Table& table, const TargetOptions& options);

}  // namespace cellwise::customers
