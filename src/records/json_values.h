#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "statistics/summary.h"

namespace cellwise::records {

template <class T>
[[nodiscard]] nlohmann::ordered_json or_null(const std::optional<T>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

/// [low, high], or null.
[[nodiscard]] inline nlohmann::ordered_json interval_json(const std::optional<statistics::Interval>& interval) {
    return interval ? nlohmann::ordered_json::array({interval->low, interval->high}) : nlohmann::ordered_json(nullptr);
}

}  // namespace cellwise::records
