#pragma once

namespace cellwise::search {

/// The expected improvement over `best` of a normal variable: E[max(X − best, 0)] = σ·h(z), h(z) = φ(z) + z·Φ(z),
/// z = (mean − best)/σ (Mockus 1975; Jones, Schonlau and Welch, Journal of Global Optimization 13, 1998, equation 15),
/// for σ > 0.
[[nodiscard]] double expected_improvement(double mean, double deviation, double best);

/// Its logarithm, exact where the improvement itself would round to 0 (Ament et al., "Unexpected improvements to
/// expected improvement", NeurIPS 2023), with derivatives by the mean and by σ.
struct LogExpectedImprovement {
    double value = 0;
    double by_mean = 0, by_deviation = 0;
};
[[nodiscard]] LogExpectedImprovement log_expected_improvement(double mean, double deviation, double best);

}  // namespace cellwise::search
