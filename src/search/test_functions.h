#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "search/sampler.h"

namespace cellwise::search {

/// A function of known minimum, on which samplers are compared.
struct TestFunction {
    std::string_view name;
    double (*value)(const std::vector<double>&);
    double minimum = 0;
    std::vector<std::string> space;  ///< x0, x1, … as --search has them
    double noise = 0;                ///< standard deviation of what a study is told
};

/// Branin, Hartmann 6, Rosenbrock in two and four dimensions, and the first two with noise.
[[nodiscard]] const std::vector<TestFunction>& test_functions();

/// The function without noise at the trial that looked best, after so many trials that were asked `round` at a time.
/// The sampler and the noise have options.seed.
[[nodiscard]] double best_value(const TestFunction& function, const SamplerOptions& options, std::int64_t trials,
                                std::int64_t round);

}  // namespace cellwise::search
