#pragma once

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

namespace cellwise::tables {

/// Numbers as a JSON list, a missing one as null.
inline nlohmann::ordered_json json_of_numbers(const std::vector<double>& numbers) {
    auto list = nlohmann::ordered_json::array();
    for (const double x : numbers)
        list.push_back(std::isfinite(x) ? nlohmann::ordered_json(x) : nlohmann::ordered_json());
    return list;
}

inline std::vector<double> numbers_of_json(const nlohmann::ordered_json& list) {
    std::vector<double> numbers;
    for (const auto& x : list)
        numbers.push_back(x.is_null() ? std::numeric_limits<double>::quiet_NaN() : x.get<double>());
    return numbers;
}

}  // namespace cellwise::tables
