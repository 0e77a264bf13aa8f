#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lab/state_comparison.h"

namespace cellwise::cli {

/// One row of the table of checks.
struct CheckRow {
    std::string what;     ///< what was compared with torch
    std::string against;  ///< torch::nn::…
    std::string precision;
    lab::StateComparison comparison;
};

/// The table of checks as text, as JSON, and as a CheckFailed if one of them does not agree.
[[nodiscard]] std::string check_text(const std::vector<CheckRow>& rows);
[[nodiscard]] nlohmann::ordered_json check_json(const std::vector<CheckRow>& rows);
[[nodiscard]] std::string verdict(const std::vector<CheckRow>& rows);
void require_agreement(const std::vector<CheckRow>& rows);

/// A vector as numpy prints it, in the digits of float32 or float64.
[[nodiscard]] std::string vector_line(const std::vector<double>& values, bool float32);

}  // namespace cellwise::cli
