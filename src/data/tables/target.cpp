#include "data/tables/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/utf8.h"
#include "data/tables/columns.h"

namespace cellwise::tables {
namespace {

constexpr std::size_t most_numeric_labels = 20;

std::string number_label(double value) {
    std::array<char, 32> digits;
    return {digits.data(), std::to_chars(digits.begin(), digits.end(), value).ptr};
}

std::vector<double> distinct_numbers(const std::vector<double>& numbers) {
    std::vector<double> distinct(numbers);
    std::erase_if(distinct, [](double value) { return std::isnan(value); });
    std::ranges::sort(distinct);
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    return distinct;
}

void set_classes_of_numbers(const std::vector<double>& numbers, const std::vector<double>& distinct, Target& target) {
    for (const double value : distinct) target.labels.push_back(number_label(value));
    for (const double value : numbers) {
        const auto place = std::ranges::lower_bound(distinct, value) - distinct.begin();
        target.classes.push_back(std::isnan(value) ? -1 : static_cast<std::int32_t>(place));
    }
}

void refuse_unfit(const Column& column, const std::string& origin) {
    const auto name = printable(column.name);
    if (column.kind == Kind::identifier) {
        throw DataError(
            fmt::format("{}: '{}' is an identifier ({}) and cannot be predicted\nPass --column {}=category "
                        "or --column {}=numeric if it is not.",
                        origin, name, column.reason, name, name));
    }
    if (column.kind == Kind::text || column.kind == Kind::date) {
        throw DataError(fmt::format("{}: '{}' is a {}; a target is numeric, boolean or a category", origin, name,
                                    kind_name(column.kind)));
    }
}

}  // namespace

Target find_target(const Table& table, const TargetOptions& options) {
    Target target;
    target.column = require_column(table, options.name, "--target");
    target.name = options.name;
    const Column& column = table.columns[target.column];
    refuse_unfit(column, table.origin);
    target.missing = missing_count(column);
    const auto numbers = numbers_of(column);
    const bool is_numeric = is_number(column);
    const auto distinct = is_numeric ? distinct_numbers(numbers) : std::vector<double>();
    target.kind = options.kind.value_or(distinct.size() > most_numeric_labels ? TargetKind::regression
                                                                              : TargetKind::classification);
    if (target.kind == TargetKind::regression) {
        if (!is_numeric) {
            throw UsageError(fmt::format("--target-kind regression: '{}' is a {}, and only numbers can be predicted so",
                                         printable(options.name), kind_name(column.kind)));
        }
        target.values = numbers;
    } else if (is_numeric) {
        set_classes_of_numbers(numbers, distinct, target);
    } else {
        target.labels = column.levels;
        target.classes = column.codes.values();
    }
    if ((is_numeric ? distinct.size() : target.labels.size()) < 2) {
        throw DataError(fmt::format("{}: the target '{}' {}: there is nothing to predict", table.origin,
                                    printable(options.name),
                                    target.missing == table.rows ? "is missing in every row" : "has one value alone"));
    }
    target.counts.assign(target.labels.size(), 0);
    for (const auto label : target.classes) {
        if (label >= 0) ++target.counts[static_cast<std::size_t>(label)];
    }
    if (target.kind == TargetKind::classification) {
        target.positive = target.labels.size() - 1;
        if (!options.positive_label.empty()) {
            const auto found = std::ranges::find(target.labels, options.positive_label);
            if (found == target.labels.end()) {
                throw UsageError(fmt::format("--positive-label: the target '{}' has no label '{}'",
                                             printable(options.name), printable(options.positive_label)));
            }
            target.positive = static_cast<std::size_t>(found - target.labels.begin());
        }
    }
    return target;
}

}  // namespace cellwise::tables
