#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "data/tables/columns.h"
#include "data/tables/imputers.h"
#include "data/tables/json_numbers.h"

namespace cellwise::tables {
namespace {

constexpr std::size_t neighbours = 5;

double mean_of_present(const std::vector<double>& numbers) {
    double sum = 0;
    double count = 0;
    for (const double x : numbers) {
        if (std::isnan(x)) continue;
        sum += x;
        ++count;
    }
    return count > 0 ? sum / count : absent;
}

/// [donors]: the squared distance of a row to each, NaN without a common column.
std::vector<double> distances(const NumberColumns& donors, const NumberColumns& columns, std::size_t row) {
    const auto count = donors.empty() ? 0 : donors.front().size();
    std::vector<double> sums(count, 0);
    std::vector<double> common(count, 0);
    for (std::size_t c = 0; c < donors.size(); ++c) {
        const double x = columns[c][row];
        if (std::isnan(x)) continue;
        for (std::size_t i = 0; i < count; ++i) {
            const double difference = donors[c][i] - x;
            if (std::isnan(difference)) continue;
            sums[i] += difference * difference;
            ++common[i];
        }
    }
    for (std::size_t i = 0; i < count; ++i) sums[i] = common[i] > 0 ? sums[i] / common[i] : absent;
    return sums;
}

/// The mean of the nearest donors that have the column; NaN if none has a distance.
double mean_of_nearest(const std::vector<double>& distance, const std::vector<double>& donors) {
    std::vector<std::pair<double, std::size_t>> near;
    for (std::size_t i = 0; i < donors.size(); ++i) {
        if (!std::isnan(donors[i]) && !std::isnan(distance[i])) near.emplace_back(distance[i], i);
    }
    const auto count = std::min(neighbours, near.size());
    std::partial_sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(count), near.end());
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += donors[near[i].second];
    return count > 0 ? sum / static_cast<double>(count) : absent;
}

}  // namespace

NumberColumns NearestNeighbourImputer::apply(const NumberColumns& columns) const {
    NumberColumns filled = columns;
    std::vector<double> means;
    for (const auto& column : donors_) means.push_back(mean_of_present(column));
    const auto rows = columns.empty() ? 0 : columns.front().size();
    for (std::size_t row = 0; row < rows; ++row) {
        std::vector<double> distance;
        for (std::size_t c = 0; c < columns.size(); ++c) {
            if (!std::isnan(columns[c][row]) || std::isnan(means[c])) continue;
            if (distance.empty()) distance = distances(donors_, columns, row);
            const double mean = mean_of_nearest(distance, donors_[c]);
            filled[c][row] = std::isnan(mean) ? means[c] : mean;
        }
    }
    return filled;
}

nlohmann::ordered_json NearestNeighbourImputer::json() const {
    auto columns = nlohmann::ordered_json::array();
    for (const auto& column : donors_) columns.push_back(json_of_numbers(column));
    return {{"donors", columns}};
}

void NearestNeighbourImputer::set_json(const nlohmann::ordered_json& document) {
    donors_.clear();
    for (const auto& column : document.at("donors")) donors_.push_back(numbers_of_json(column));
}

}  // namespace cellwise::tables
