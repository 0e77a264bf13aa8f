#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace cellwise::statistics {

/// The straight line y = intercept + slope·x nearest to some points by ordinary least squares.
struct LineFit {
    std::size_t points = 0;
    double slope = 0;
    double intercept = 0;
    /// 1 − Σ(y − ŷ)²/Σ(y − mean)²: the share of y's variation that the line explains; absent if y does not vary.
    std::optional<double> r_squared;
    /// Of the slope, √(Σ(y − ŷ)²/(n − 2) / Σ(x − mean)²), as if deviations were independent; absent for two points.
    std::optional<double> standard_error;
};

/// Nothing for fewer than two points or if x does not vary. Throws InternalError for unequal lengths.
[[nodiscard]] std::optional<LineFit> fit_line(std::span<const double> x, std::span<const double> y);

/// The q-quantile of `sorted` (ascending) by linear interpolation between its neighbours (Hyndman and
/// Fan's type 7, numpy's default). Infinite values are fine. Throws InternalError for no values.
[[nodiscard]] double quantile(std::span<const double> sorted, double q);

}  // namespace cellwise::statistics
