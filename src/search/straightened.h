#pragma once

#include <span>
#include <vector>

namespace cellwise::search {

/// Yeo and Johnson's transformation (Biometrika 87, 2000), which keeps the order: its λ = 1 changes nothing, a larger
/// one draws a long lower tail together, a smaller one an upper.
[[nodiscard]] double yeo_johnson(double value, double lambda);

/// The values standardised, transformed by the λ of the highest normal likelihood, and standardised again: mean 0 and
/// variance 1 (all 0 if they are all the same). The order stays.
[[nodiscard]] std::vector<double> straightened(std::span<const double> values);

}  // namespace cellwise::search
