#include "search/test_functions.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "core/random.h"
#include "search/trial.h"

namespace cellwise::search {
namespace {

double branin(const std::vector<double>& x) {
    constexpr double pi = std::numbers::pi, b = 5.1 / (4 * pi * pi), c = 5 / pi, t = 1 / (8 * pi);
    return std::pow(x[1] - b * x[0] * x[0] + c * x[0] - 6, 2) + 10 * (1 - t) * std::cos(x[0]) + 10;
}

double hartmann6(const std::vector<double>& x) {
    constexpr double alpha[4] = {1.0, 1.2, 3.0, 3.2};
    constexpr double a[4][6] = {
        {10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}};
    constexpr double p[4][6] = {{1312, 1696, 5569, 124, 8283, 5886},
                                {2329, 4135, 8307, 3736, 1004, 9991},
                                {2348, 1451, 3522, 2883, 3047, 6650},
                                {4047, 8828, 8732, 5743, 1091, 381}};
    double sum = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        double exponent = 0;
        for (std::size_t j = 0; j < 6; ++j) exponent += a[i][j] * std::pow(x[j] - 1e-4 * p[i][j], 2);
        sum -= alpha[i] * std::exp(-exponent);
    }
    return sum;
}

double rosenbrock(const std::vector<double>& x) {
    double sum = 0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
        sum += 100 * std::pow(x[i + 1] - x[i] * x[i], 2) + std::pow(1 - x[i], 2);
    }
    return sum;
}

std::vector<std::string> cube(int dimensions, std::string_view range) {
    std::vector<std::string> texts;
    for (int i = 0; i < dimensions; ++i) texts.push_back(fmt::format("x{}={}", i, range));
    return texts;
}

}  // namespace

const std::vector<TestFunction>& test_functions() {
    constexpr double branin_minimum = 0.39788735772973816, hartmann6_minimum = -3.322368011415515;
    static const std::vector<TestFunction> all{
        {"branin", branin, branin_minimum, {"x0=-5..10", "x1=0..15"}, 0},
        {"hartmann6", hartmann6, hartmann6_minimum, cube(6, "0..1"), 0},
        {"rosenbrock2", rosenbrock, 0, cube(2, "-5..10"), 0},
        {"rosenbrock4", rosenbrock, 0, cube(4, "-2.048..2.048"), 0},
        {"branin-noisy", branin, branin_minimum, {"x0=-5..10", "x1=0..15"}, 2},
        {"hartmann6-noisy", hartmann6, hartmann6_minimum, cube(6, "0..1"), 0.2},
    };
    return all;
}

double best_value(const TestFunction& function, const SamplerOptions& options, std::int64_t trials,
                  std::int64_t round) {
    Random noise(options.seed, "noise");
    const auto done = unkept_trials(Space::parse(function.space), options, trials, round, [&](const Point& point) {
        return -(function.value(point) + function.noise * noise.normal());
    });
    return function.value(done[*best_trial(done)].point);
}

}  // namespace cellwise::search
