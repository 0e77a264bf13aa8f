#include "tasks/customers/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.h"

namespace cellwise::customers {
namespace {

using tables::Column;
using tables::Kind;

constexpr std::size_t most_labels = 100;
constexpr std::size_t most_distinct_classes = 20;

/// The column's value in a row as a number; integers beyond 2^53 lose digits, which a target can bear.
double number_at(const Column& column, std::int64_t row) {
    const auto place = static_cast<std::size_t>(row);
    return column.integers.empty() ? column.numbers[place] : static_cast<double>(column.integers[place]);
}

std::size_t distinct_numbers(const Column& column, const std::vector<std::int64_t>& rows, std::size_t enough) {
    std::set<double> distinct;
    for (const auto row : rows) {
        distinct.insert(number_at(column, row));
        if (distinct.size() > enough) break;
    }
    return distinct.size();
}

void refuse_kind(const Column& column) {
    const char* what = column.kind == Kind::identifier ? "an identifier, which tells customers apart"
                       : column.kind == Kind::text     ? "free text"
                       : column.kind == Kind::date     ? "a date"
                                                       : nullptr;
    if (what == nullptr) return;
    throw UsageError(
        fmt::format("--target {}: the column is {} ({}); name a column of labels or numbers, or give its kind: "
                    "--column {}=category",
                    column.name, what, column.reason, column.name));
}

/// The label of each known row, numbers in their order and as short as can be.
void classify_numbers(const Column& column, Target& target) {
    std::set<double> distinct;
    for (const auto row : target.rows) distinct.insert(number_at(column, row));
    const std::vector<double> sorted(distinct.begin(), distinct.end());
    for (const double value : sorted) target.labels.push_back(fmt::format("{}", value));
    for (const auto row : target.rows) {
        const auto place = std::lower_bound(sorted.begin(), sorted.end(), number_at(column, row)) - sorted.begin();
        target.sorted.push_back(static_cast<std::int32_t>(place));
    }
}

/// Levels that occur in the known rows, in the order of their bytes.
void classify_levels(const Column& column, Target& target) {
    std::vector<std::int32_t> place(column.levels.size(), -1);
    for (const auto row : target.rows) place[static_cast<std::size_t>(column.codes[static_cast<std::size_t>(row)])] = 0;
    for (std::size_t level = 0; level < place.size(); ++level) {
        if (place[level] < 0) continue;
        place[level] = static_cast<std::int32_t>(target.labels.size());
        target.labels.push_back(column.levels[level]);
    }
    for (const auto row : target.rows) {
        target.sorted.push_back(place[static_cast<std::size_t>(column.codes[static_cast<std::size_t>(row)])]);
    }
}

void require_classes(const Target& target) {
    if (target.labels.size() < 2) {
        throw DataError(fmt::format("the target '{}' is '{}' in all rows: there is nothing to predict", target.column,
                                    target.labels.empty() ? "" : target.labels.front()));
    }
    if (target.labels.size() > most_labels) {
        throw UsageError(
            fmt::format("the target '{}' has {} labels, and {} are the most: a number is told by "
                        "--target-kind regression",
                        target.column, target.labels.size(), most_labels));
    }
    std::vector<std::int64_t> counts(target.labels.size());
    for (const auto label : target.sorted) ++counts[static_cast<std::size_t>(label)];
    const auto least = std::min_element(counts.begin(), counts.end()) - counts.begin();
    if (counts[static_cast<std::size_t>(least)] < 2) {
        throw DataError(
            fmt::format("the label '{}' of '{}' has a single row, which cannot be both learned from and tested; "
                        "remove the row or join the label with another",
                        target.labels[static_cast<std::size_t>(least)], target.column));
    }
}

/// Moves the positive label behind the others. values become the models' classes.
void order_classes(Target& target, const std::string& positive) {
    auto place = static_cast<std::int32_t>(target.labels.size()) - 1;
    if (!positive.empty()) {
        const auto found = std::find(target.labels.begin(), target.labels.end(), positive);
        if (found == target.labels.end()) {
            throw UsageError(fmt::format("--positive-label {}: the target '{}' has no such label, but {}", positive,
                                         target.column, fmt::join(target.labels, ", ")));
        }
        place = static_cast<std::int32_t>(found - target.labels.begin());
        target.labels.erase(found);
        target.labels.push_back(positive);
    }
    for (const auto label : target.sorted) {
        const auto last = static_cast<std::int32_t>(target.labels.size()) - 1;
        target.values.push_back(label == place ? last : label > place ? label - 1 : label);
    }
}

}  // namespace

Target target_of(const tables::Table& table, const TargetOptions& options) {
    const auto& column = table.columns[tables::require_column(table, options.column, "--target")];
    refuse_kind(column);
    Target target;
    target.column = column.name;
    for (std::int64_t row = 0; row < table.rows; ++row) {
        if (!tables::is_missing(column, row)) target.rows.push_back(row);
    }
    target.missing = table.rows - static_cast<std::int64_t>(target.rows.size());
    if (target.rows.size() < 2) {
        throw DataError(fmt::format("the target '{}' is known in {} of {} rows: there is nothing to learn from",
                                    target.column, target.rows.size(), table.rows));
    }
    const bool is_number = tables::is_number(column);
    const bool is_regression =
        options.is_classification
            ? !*options.is_classification
            : is_number && distinct_numbers(column, target.rows, most_distinct_classes) > most_distinct_classes;
    if (is_regression && !is_number) {
        throw UsageError(fmt::format("--target-kind regression: '{}' holds no numbers", target.column));
    }
    if (is_regression) {
        for (const auto row : target.rows) target.values.push_back(number_at(column, row));
        if (distinct_numbers(column, target.rows, 1) < 2) {
            throw DataError(fmt::format("the target '{}' is the same number in all rows: there is nothing to predict",
                                        target.column));
        }
        if (!options.positive_label.empty()) {
            throw UsageError(
                fmt::format("--positive-label is for labels, and '{}' is a number (--target-kind "
                            "classification makes labels of it)",
                            target.column));
        }
        return target;
    }
    target.is_classification = true;
    if (is_number) {
        classify_numbers(column, target);
    } else {
        classify_levels(column, target);
    }
    require_classes(target);
    order_classes(target, options.positive_label);
    return target;
}

}  // namespace cellwise::customers
