#include "data/tables/features.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/radix_sort.h"
#include "core/utf8.h"
#include "data/tables/columns.h"
#include "statistics/line_fit.h"

namespace cellwise::tables {
namespace {

using RowSpan = std::span<const std::int64_t>;

/// The known numbers of the rows.
std::vector<double> known_numbers(const Column& column, RowSpan rows) {
    std::vector<double> numbers;
    for (const auto row : rows) {
        const auto i = static_cast<std::size_t>(row);
        const double x = column.integers.empty() ? column.numbers[i] : static_cast<double>(column.integers[i]);
        if (!std::isnan(x)) numbers.push_back(x);
    }
    return numbers;
}

/// [levels]: how many of the rows have each.
std::vector<std::int64_t> level_counts(const Column& column, RowSpan rows) {
    std::vector<std::int64_t> counts(column.levels.size());
    for (const auto row : rows) {
        const auto code = column.codes[static_cast<std::size_t>(row)];
        if (code >= 0) ++counts[static_cast<std::size_t>(code)];
    }
    return counts;
}

/// Why a column cannot be a feature whatever its values are; empty if it can.
std::string no_feature(const Column& column, const FeatureOptions& options) {
    if (std::ranges::find(options.leave_out, column.name) != options.leave_out.end()) return "left out on request";
    if (column.name.empty()) return "it has no name";
    if (!is_number(column) && !is_category(column)) return fmt::format("its kind is {}", kind_name(column.kind));
    return "";
}

[[noreturn]] void refuse_kind(const Table& table, std::string_view name, std::string_view wanted,
                              const Column& column) {
    throw DataError(fmt::format("{}: the column '{}' is {} here, but was {} when the model was trained", table.origin,
                                printable(name), kind_name(column.kind), wanted));
}

/// [its levels]: the place of each among `fitted`, or −1.
std::vector<std::int32_t> places_of_levels(const Column& column, const std::vector<std::string>& fitted) {
    std::vector<std::int32_t> places;
    for (const auto& level : column.levels) {
        const auto at = std::lower_bound(fitted.begin(), fitted.end(), level);
        places.push_back(at != fitted.end() && *at == level ? static_cast<std::int32_t>(at - fitted.begin()) : -1);
    }
    return places;
}

}  // namespace

FeatureBuilder::FeatureBuilder(FeatureOptions options) : options_(std::move(options)) {}

void FeatureBuilder::fit(const Table& table, RowSpan rows) {
    numbers_.clear();
    categories_.clear();
    left_out_.clear();
    for (const auto& column : table.columns) {
        auto reason = no_feature(column, options_);
        if (reason.empty()) reason = is_number(column) ? fit_number(column, rows) : fit_category(column, rows);
        if (!reason.empty()) left_out_.push_back({column.name, reason});
    }
    if (numbers_.empty() && categories_.empty()) {
        throw DataError(fmt::format("{}: no column is left to predict from", table.origin));
    }
}

std::string FeatureBuilder::fit_number(const Column& column, RowSpan rows) {
    auto known = known_numbers(column, rows);
    if (known.empty()) return "it has no value";
    sort_numbers(known);
    if (known.front() == known.back() && known.size() == rows.size()) return "it has one value only";
    Number number{.column = column.name, .median = statistics::quantile(known, 0.5)};
    if (options_.standardised) {
        // Mean and deviation are those of the filled column.
        known.resize(rows.size(), number.median);
        double sum = 0;
        for (const double x : known) sum += x;
        number.mean = sum / static_cast<double>(known.size());
        double squares = 0;
        for (const double x : known) squares += (x - number.mean) * (x - number.mean);
        number.deviation = std::sqrt(squares / static_cast<double>(known.size()));
        if (number.deviation == 0) number.deviation = 1;
    }
    numbers_.push_back(std::move(number));
    return "";
}

std::string FeatureBuilder::fit_category(const Column& column, RowSpan rows) {
    const auto counts = level_counts(column, rows);
    Category category{.column = column.name, .levels = {}};
    std::int64_t most = 0;
    std::int64_t known = 0;
    for (std::size_t code = 0; code < counts.size(); ++code) {
        if (counts[code] == 0) continue;
        if (counts[code] > most) {
            most = counts[code];
            category.most_frequent = static_cast<std::int32_t>(category.levels.size());
        }
        known += counts[code];
        category.levels.push_back(column.levels[code]);
    }
    const auto levels = static_cast<std::int64_t>(category.levels.size());
    if (levels == 0) return "it has no value";
    if (levels == 1 && known == static_cast<std::int64_t>(rows.size())) return "it has one value only";
    if (levels > options_.most_levels) {
        return fmt::format("it has {} levels, more than {}", levels, options_.most_levels);
    }
    categories_.push_back(std::move(category));
    return "";
}

FeatureMatrix FeatureBuilder::apply(const Table& table, RowSpan rows) const {
    FeatureMatrix matrix;
    matrix.rows = static_cast<std::int64_t>(rows.size());
    for (const auto& number : numbers_) {
        matrix.names.push_back(number.column);
        matrix.sources.push_back(number.column);
    }
    for (const auto& category : categories_) {
        for (const auto& level : category.levels) {
            matrix.names.push_back(category.column + "_" + level);
            matrix.sources.push_back(category.column);
        }
    }
    matrix.columns = static_cast<std::int64_t>(matrix.names.size());
    matrix.values.assign(rows.size() * matrix.names.size(), 0.0);
    std::size_t feature = 0;
    for (const auto& number : numbers_) apply_number(number, table, rows, feature++, matrix);
    for (const auto& category : categories_) {
        apply_category(category, table, rows, feature, matrix);
        feature += category.levels.size();
    }
    return matrix;
}

void FeatureBuilder::apply_number(const Number& number, const Table& table, RowSpan rows, std::size_t feature,
                                  FeatureMatrix& matrix) const {
    const auto& given = fitted_column(table, number.column);
    Column changed;
    const Column* column = &given;
    if (!is_number(given)) {
        changed = given;
        if (!match_kind(changed, Kind::numeric)) refuse_kind(table, number.column, "a number", given);
        column = &changed;
    }
    double* value = matrix.values.data() + feature;
    for (const auto row : rows) {
        const auto i = static_cast<std::size_t>(row);
        double x = column->integers.empty() ? column->numbers[i] : static_cast<double>(column->integers[i]);
        if (std::isnan(x)) {
            x = number.median;
            ++matrix.filled;
        }
        *value = options_.standardised ? (x - number.mean) / number.deviation : x;
        value += matrix.columns;
    }
}

void FeatureBuilder::apply_category(const Category& category, const Table& table, RowSpan rows, std::size_t feature,
                                    FeatureMatrix& matrix) const {
    const auto& given = fitted_column(table, category.column);
    Column changed;
    const Column* column = &given;
    if (!is_category(given)) {
        changed = given;
        if (!match_kind(changed, Kind::category)) refuse_kind(table, category.column, "a category", given);
        column = &changed;
    }
    const auto places = places_of_levels(*column, category.levels);
    double* value = matrix.values.data() + feature;
    for (const auto row : rows) {
        const auto code = column->codes[static_cast<std::size_t>(row)];
        if (code < 0) ++matrix.filled;
        const auto place = code < 0 ? category.most_frequent : places[static_cast<std::size_t>(code)];
        if (place < 0) {
            ++matrix.unseen;
        } else {
            value[place] = 1;
        }
        value += matrix.columns;
    }
}

std::vector<std::string> FeatureBuilder::columns() const {
    std::vector<std::string> names;
    for (const auto& number : numbers_) names.push_back(number.column);
    for (const auto& category : categories_) names.push_back(category.column);
    return names;
}

nlohmann::ordered_json FeatureBuilder::json() const {
    auto numbers = nlohmann::ordered_json::array();
    for (const auto& n : numbers_) {
        numbers.push_back({{"column", n.column}, {"median", n.median}, {"mean", n.mean}, {"deviation", n.deviation}});
    }
    auto categories = nlohmann::ordered_json::array();
    for (const auto& c : categories_) {
        categories.push_back({{"column", c.column}, {"levels", c.levels}, {"most_frequent", c.most_frequent}});
    }
    auto left_out = nlohmann::ordered_json::array();
    for (const auto& item : left_out_) left_out.push_back({{"column", item.column}, {"reason", item.reason}});
    return {{"standardised", options_.standardised},
            {"most_levels", options_.most_levels},
            {"unseen_level", "zero in all of its features"},
            {"numbers", numbers},
            {"categories", categories},
            {"left_out", left_out}};
}

FeatureBuilder FeatureBuilder::from_json(const nlohmann::ordered_json& document) {
    try {
        FeatureBuilder builder;
        builder.options_.standardised = document.at("standardised").get<bool>();
        builder.options_.most_levels = document.at("most_levels").get<std::int64_t>();
        for (const auto& n : document.at("numbers")) {
            builder.numbers_.push_back({n.at("column").get<std::string>(), n.at("median").get<double>(),
                                        n.at("mean").get<double>(), n.at("deviation").get<double>()});
        }
        for (const auto& c : document.at("categories")) {
            Category category{c.at("column").get<std::string>(), c.at("levels").get<std::vector<std::string>>(),
                              c.at("most_frequent").get<std::int32_t>()};
            const auto levels = static_cast<std::int64_t>(category.levels.size());
            if (category.most_frequent < 0 || category.most_frequent >= levels ||
                std::set(category.levels.begin(), category.levels.end()).size() != category.levels.size() ||
                !std::is_sorted(category.levels.begin(), category.levels.end())) {
                throw DataError(fmt::format("the levels of '{}' are broken", printable(category.column)));
            }
            builder.categories_.push_back(std::move(category));
        }
        for (const auto& item : document.at("left_out")) {
            builder.left_out_.push_back({item.at("column").get<std::string>(), item.at("reason").get<std::string>()});
        }
        return builder;
    } catch (const nlohmann::json::exception&) {
        throw DataError("a model's features are broken: they are not what was written");
    }
}

}  // namespace cellwise::tables
