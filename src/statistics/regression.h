#pragma once

#include <optional>
#include <span>

namespace cellwise::statistics {

// Of predicted numbers beside the true ones. All throw InternalError for unequal lengths or no values.

/// 1 − Σ(truth − predicted)²/Σ(truth − mean)²; nothing if the truth does not vary.
[[nodiscard]] std::optional<double> r_squared(std::span<const double> truth, std::span<const double> predicted);
/// √(mean of (truth − predicted)²).
[[nodiscard]] double root_mean_squared_error(std::span<const double> truth, std::span<const double> predicted);
/// The mean of |truth − predicted|.
[[nodiscard]] double mean_absolute_error(std::span<const double> truth, std::span<const double> predicted);

}  // namespace cellwise::statistics
