#include "statistics/summary.h"

#include <cmath>
#include <numeric>

#include "core/error.h"
#include "statistics/student_t.h"

namespace cellwise::statistics {

double mean(std::span<const double> values) {
    if (values.empty()) throw InternalError("the mean of no values was asked for");
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::optional<double> standard_deviation(std::span<const double> values) {
    if (values.size() < 2) return std::nullopt;
    const double centre = mean(values);
    double squares = 0;
    for (const double value : values) squares += (value - centre) * (value - centre);
    return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

Summary summarise(std::span<const double> values, double confidence) {
    if (!(confidence > 0 && confidence < 1)) throw InternalError("a confidence lies between 0 and 1");
    Summary summary{values.size(), mean(values), standard_deviation(values), std::nullopt, confidence};
    if (summary.standard_deviation) {
        const auto count = static_cast<double>(values.size());
        const double half =
            student_t_quantile((1 + confidence) / 2, count - 1) * *summary.standard_deviation / std::sqrt(count);
        summary.interval = Interval{summary.mean - half, summary.mean + half};
    }
    return summary;
}

}  // namespace cellwise::statistics
