#pragma once

#include <cmath>
#include <cstdint>

/// The numbers of keras.optimizers.Adam that nobody changes.
namespace cellwise::learning::adam {

inline constexpr double beta_1 = 0.9;
inline constexpr double beta_2 = 0.999;
inline constexpr double epsilon = 1e-7;  ///< outside the bias correction

/// lr·√(1 − β2ᵗ)/(1 − β1ᵗ) of the t-th update, from 1.
[[nodiscard]] inline double corrected_rate(double learning_rate, std::int64_t step) {
    const auto t = static_cast<double>(step);
    return learning_rate * std::sqrt(1 - std::pow(beta_2, t)) / (1 - std::pow(beta_1, t));
}

}  // namespace cellwise::learning::adam
