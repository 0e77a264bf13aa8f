#include "verbs/training_customers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <set>
#include <utility>

#include "data/tables/columns.h"
#include "tasks/customers/prediction.h"
#include "verbs/customer_rows.h"

namespace cellwise::verbs {
namespace {

using tables::Column;
using tables::Kind;

std::string text_of(const Column& column, std::int64_t row) {
    const auto value = value_of(column, row);
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "1" : "0";
    if (std::holds_alternative<std::monostate>(value)) return "";
    return fmt::format("{}", std::get<double>(value));
}

std::string_view kind_for_page(const Column& column) {
    if (column.kind == Kind::boolean) return tables::is_number(column) ? "boolean" : "category";
    return tables::kind_name(column.kind);
}

}  // namespace

TrainingCustomers::TrainingCustomers(const customers::CustomerRun& run, tables::Table table,
                                     std::vector<std::string> inputs)
    : table_(std::move(table)), inputs_(std::move(inputs)) {
    std::vector<customers::CustomerPrediction> all(static_cast<std::size_t>(table_.rows));
    for (std::size_t i = 0; i < all.size(); ++i) all[i].row = static_cast<std::int64_t>(i);
    customers::tell_trained_on(run, table_, all);
    for (const auto& one : all) {
        is_trained_on_.push_back(one.trained_on.value_or(false));
        if (is_trained_on_.back()) rows_.push_back(one.row);
    }
    for (const auto& name : inputs_) {
        if (const auto* column = tables::column_of(table_, name)) reaches_.emplace(name, reach_of(*column));
    }
    read_features(run);
}

bool TrainingCustomers::has_row(std::int64_t row) const {
    return are_known() && is_trained_on_.at(static_cast<std::size_t>(row));
}

void TrainingCustomers::read_features(const customers::CustomerRun& run) {
    auto matrix = run.preparation.apply(table_, rows_);
    const auto width = static_cast<std::size_t>(matrix.columns);
    const auto count = static_cast<double>(matrix.rows);
    std::vector<double> sums(width), squares(width);
    for (std::size_t i = 0; i < matrix.values.size(); ++i) sums[i % width] += matrix.values[i];
    for (std::size_t i = 0; i < matrix.values.size(); ++i) {
        squares[i % width] += std::pow(matrix.values[i] - sums[i % width] / count, 2);
    }
    for (std::size_t j = 0; j < width; ++j) {
        const double deviation = std::sqrt(squares[j] / count);
        // Where a category differs two of its levels do.
        const bool is_level = matrix.names[j] != matrix.sources[j];
        scale_.push_back(is_level ? 1 / std::numbers::sqrt2 : deviation > 0 ? 1 / deviation : 0);
    }
    features_ = std::move(matrix.values);
    for (std::size_t i = 0; i < features_.size(); ++i) features_[i] *= scale_[i % width];
}

serve::FeatureInfo TrainingCustomers::feature(const Column& column) const {
    const auto known = reaches_.find(column.name);
    return known != reaches_.end() ? known->second : reach_of(column);
}

serve::FeatureInfo TrainingCustomers::reach_of(const Column& column) const {
    serve::FeatureInfo info;
    info.name = column.name;
    info.kind = kind_for_page(column);
    const auto* trained = tables::column_of(table_, column.name);
    if (info.kind == "category") {
        std::set<std::string> levels;
        for (const auto row : rows_) {
            if (trained != nullptr && !tables::is_missing(*trained, row)) levels.insert(text_of(*trained, row));
        }
        if (trained == nullptr) levels.insert(column.levels.begin(), column.levels.end());
        info.levels.assign(levels.begin(), levels.end());
    }
    if (info.kind != "numeric" || trained == nullptr) return info;
    const auto numbers = tables::numbers_of(*trained);
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const auto row : rows_) {
        const double number = numbers[static_cast<std::size_t>(row)];
        if (std::isnan(number)) continue;
        low = std::min(low, number);
        high = std::max(high, number);
    }
    if (low <= high) info.low = low, info.high = high;
    return info;
}

std::vector<std::string> TrainingCustomers::outside(const tables::Table& asked, std::int64_t row) const {
    std::vector<std::string> names;
    if (!are_known()) return names;
    for (const auto& name : inputs_) {
        const auto* column = tables::column_of(asked, name);
        const auto* trained = tables::column_of(table_, name);
        if (column == nullptr || trained == nullptr || tables::is_missing(*column, row)) continue;
        const auto& reach = reaches_.at(name);
        if (reach.kind == "numeric" && tables::is_number(*column)) {
            const double number = tables::numbers_of(*column)[static_cast<std::size_t>(row)];
            if (number < reach.low || number > reach.high) names.push_back(name);
        } else if (reach.kind == "category" &&
                   std::ranges::find(reach.levels, text_of(*column, row)) == reach.levels.end()) {
            names.push_back(name);
        }
    }
    return names;
}

std::vector<serve::Reasons::Neighbour> TrainingCustomers::neighbours(const customers::CustomerRun& run,
                                                                     std::span<const double> features,
                                                                     const std::string& own_id,
                                                                     std::size_t most) const {
    std::vector<serve::Reasons::Neighbour> nearest;
    if (!are_known() || features.size() != scale_.size()) return nearest;
    const auto width = scale_.size();
    std::vector<double> asked(width);
    for (std::size_t j = 0; j < width; ++j) asked[j] = features[j] * scale_[j];
    const auto* ids = run.id_column.empty() ? nullptr : tables::column_of(table_, run.id_column);
    const auto* target = tables::column_of(table_, run.target);
    std::vector<std::pair<double, std::int64_t>> distances;
    distances.reserve(rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < width; ++j) {
            const double difference = features_[i * width + j] - asked[j];
            sum += difference * difference;
        }
        distances.emplace_back(sum, rows_[i]);
    }
    const auto end = distances.begin() + std::ssize(distances);
    const auto kept =
        distances.begin() + std::min<std::ptrdiff_t>(std::ssize(distances), static_cast<std::ptrdiff_t>(most) + 1);
    std::partial_sort(distances.begin(), kept, end);
    for (auto one = distances.begin(); one != kept && nearest.size() < most; ++one) {
        const auto [square, row] = *one;
        const auto id = ids != nullptr ? text_of(*ids, row) : std::to_string(row);
        if (ids != nullptr && id == own_id) continue;
        serve::Reasons::Neighbour neighbour{id, std::sqrt(square), target == nullptr ? "" : text_of(*target, row), {}};
        for (const auto& name : inputs_) {
            if (const auto* column = tables::column_of(table_, name)) {
                neighbour.row.emplace_back(name, value_of(*column, row));
            }
        }
        nearest.push_back(std::move(neighbour));
    }
    return nearest;
}

}  // namespace cellwise::verbs
