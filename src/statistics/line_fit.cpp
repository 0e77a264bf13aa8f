#include "statistics/line_fit.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "statistics/summary.h"

namespace cellwise::statistics {

std::optional<LineFit> fit_line(std::span<const double> x, std::span<const double> y) {
    if (x.size() != y.size()) throw InternalError("a line needs as many y as x");
    if (x.size() < 2) return std::nullopt;
    const double x_mean = mean(x), y_mean = mean(y);
    double xx = 0, xy = 0, yy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xx += (x[i] - x_mean) * (x[i] - x_mean);
        xy += (x[i] - x_mean) * (y[i] - y_mean);
        yy += (y[i] - y_mean) * (y[i] - y_mean);
    }
    if (xx == 0) return std::nullopt;
    LineFit fit;
    fit.points = x.size();
    fit.slope = xy / xx;
    fit.intercept = y_mean - fit.slope * x_mean;
    double residual = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double deviation = y[i] - (fit.intercept + fit.slope * x[i]);
        residual += deviation * deviation;
    }
    if (yy > 0) fit.r_squared = 1 - residual / yy;
    if (x.size() > 2) fit.standard_error = std::sqrt(residual / static_cast<double>(x.size() - 2) / xx);
    return fit;
}

double quantile(std::span<const double> sorted, double q) {
    if (sorted.empty()) throw InternalError("a quantile of no values was asked for");
    const double place = std::clamp(q, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const double share = place - static_cast<double>(below);
    if (share == 0 || sorted[below] == sorted[below + 1]) return sorted[below];
    return sorted[below] + share * (sorted[below + 1] - sorted[below]);
}

}  // namespace cellwise::statistics
