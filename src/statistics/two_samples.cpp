#include "statistics/two_samples.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "statistics/student_t.h"

namespace cellwise::statistics {
namespace {

/// value/error, where an error of 0 makes it infinite, or 0 for a value of 0.
double ratio(double value, double error) {
    if (error > 0) return value / error;
    return value == 0 ? 0 : std::copysign(std::numeric_limits<double>::infinity(), value);
}

double upper_tail(double t, double degrees) {
    if (std::isinf(t)) return t > 0 ? 0 : 1;
    return student_t_cdf(-t, degrees);
}

Interval around(const WelchTest& test, double confidence) {
    const double half = student_t_quantile((1 + confidence) / 2, test.degrees) * test.standard_error;
    return {test.difference - half, test.difference + half};
}

}  // namespace

WelchTest welch_test(std::span<const double> first, std::span<const double> second, double confidence) {
    if (first.size() < 2 || second.size() < 2) throw InternalError("Welch's test needs two values in each sample");
    const auto first_count = static_cast<double>(first.size());
    const auto second_count = static_cast<double>(second.size());
    const double first_part = std::pow(*standard_deviation(first), 2) / first_count;
    const double second_part = std::pow(*standard_deviation(second), 2) / second_count;
    const double sum = first_part + second_part;

    WelchTest test;
    test.difference = mean(first) - mean(second);
    test.standard_error = std::sqrt(sum);
    test.degrees =
        sum > 0
            ? sum * sum / (first_part * first_part / (first_count - 1) + second_part * second_part / (second_count - 1))
            : first_count + second_count - 2;
    test.t = ratio(test.difference, test.standard_error);
    test.p_value = two_sided_p(test.t, test.degrees);
    test.confidence = confidence;
    test.interval = around(test, confidence);
    return test;
}

EquivalenceTest equivalence_test(std::span<const double> first, std::span<const double> second, double margin,
                                 double alpha) {
    if (!(margin > 0)) throw InternalError("an equivalence margin is positive");
    const auto welch = welch_test(first, second);
    EquivalenceTest test;
    test.margin = margin;
    test.t_lower = ratio(welch.difference + margin, welch.standard_error);
    test.t_upper = ratio(welch.difference - margin, welch.standard_error);
    test.p_value = std::max(upper_tail(test.t_lower, welch.degrees), upper_tail(-test.t_upper, welch.degrees));
    test.interval = around(welch, 1 - 2 * alpha);
    test.equivalent = test.p_value < alpha;
    return test;
}

}  // namespace cellwise::statistics
