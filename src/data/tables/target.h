#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/table.h"
#include "statistics/association.h"

namespace cellwise::tables {

enum class TargetKind { classification, regression };

struct TargetOptions {
    std::string name;
    std::optional<TargetKind> kind;  ///< nothing: regression above 20 distinct numbers
    std::string positive_label;      ///< empty: the last label in order
};

/// What is predicted, of every row.
struct Target {
    std::size_t column = 0;  ///< its place in the table
    std::string name;
    TargetKind kind = TargetKind::classification;
    std::vector<std::string> labels;    ///< of classification: in order (of numbers, by size)
    std::size_t positive = 0;           ///< among the labels
    std::vector<std::int32_t> classes;  ///< [rows] of classification: the label's place; −1 where missing
    std::vector<double> values;         ///< [rows] of regression; NaN where missing
    std::vector<std::int64_t> counts;   ///< of each label
    std::int64_t missing = 0;
};

/// Throws UsageError for a name that is no column's, a positive label that is none, a kind that the column cannot have;
/// DataError for a target that is constant, missing everywhere, an identifier or a text.
[[nodiscard]] Target find_target(const Table& table, const TargetOptions& options);

/// How much one column tells of the target on its own.
struct ColumnAssociation {
    std::size_t column = 0;
    /// auc: the area under the ROC curve of the column's values as scores of the positive label. Of a category the
    /// score of a row is its level's share of positives among the rows of the other half (rows 0, 2, 4 … and 1, 3, 5
    /// …), so that levels of few rows tell nothing of themselves. correlation: Pearson's r, of a category in the same
    /// way.
    enum class Measure { auc, correlation } measure = Measure::auc;
    statistics::Association association;
    std::string label;  ///< with more than two labels: the one told from the rest best
    /// From 0 (nothing) to 1: |2·auc − 1| or |r|.
    [[nodiscard]] double strength() const;
};
/// Of all columns but the target, identifiers and texts, the strongest first. Those without variation are left out.
[[nodiscard]] std::vector<ColumnAssociation> associations(const Table& table, const Target& target, int threads = 0);

}  // namespace cellwise::tables
