#include "lab/gradient_decay.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cellwise::lab {
namespace {

bool has_logarithm(double norm) { return norm > 0 && std::isfinite(norm); }

/// The step that lies so far back from the end of reading.
std::size_t step_at(const StepNorms& norms, std::size_t back, bool reverse) {
    return reverse ? back : norms.steps - 1 - back;
}

std::optional<DecayFit> fit(const std::vector<double>& back, const std::vector<double>& logarithms) {
    const auto line = statistics::fit_line(back, logarithms);
    if (!line) return std::nullopt;
    return DecayFit{*line};
}

StepSummary summary_of(std::span<const double> norms) {
    StepSummary summary;
    std::vector<double> sorted;
    double sum = 0;
    for (const double norm : norms) {
        sum += norm;
        summary.zeros += norm == 0;
        summary.not_finite += !std::isfinite(norm);
        sorted.push_back(std::isnan(norm) ? std::numeric_limits<double>::infinity() : norm);
    }
    std::ranges::sort(sorted);
    summary.mean = sum / static_cast<double>(norms.size());
    const auto at = [&](double q) { return statistics::quantile(sorted, q); };
    summary.q05 = at(0.05);
    summary.q25 = at(0.25);
    summary.median = at(0.5);
    summary.q75 = at(0.75);
    summary.q95 = at(0.95);
    return summary;
}

}  // namespace

std::vector<StepSummary> summarise_steps(const StepNorms& norms) {
    std::vector<StepSummary> summaries;
    for (std::size_t step = 0; step < norms.steps; ++step) {
        summaries.push_back(summary_of(std::span(norms.values).subspan(step * norms.rows, norms.rows)));
    }
    return summaries;
}

std::size_t steps_back(const StepNorms& norms, std::size_t step, bool reverse) {
    return reverse ? step : norms.steps - 1 - step;
}

double DecayFit::factor() const { return std::exp(line.slope); }

std::optional<double> DecayFit::factor_error() const {
    if (!line.standard_error) return std::nullopt;
    return factor() * *line.standard_error;
}

std::optional<DecayFit> fit_decay(const StepNorms& norms, bool reverse) {
    std::vector<double> back, logarithms;
    for (std::size_t step = 0; step < norms.steps; ++step) {
        double sum = 0;
        bool usable = norms.rows > 0;
        for (std::size_t row = 0; row < norms.rows && usable; ++row) {
            usable = has_logarithm(norms.at(step, row));
            if (usable) sum += std::log(norms.at(step, row));
        }
        if (!usable) continue;
        back.push_back(static_cast<double>(steps_back(norms, step, reverse)));
        logarithms.push_back(sum / static_cast<double>(norms.rows));
    }
    return fit(back, logarithms);
}

std::optional<DecayFit> fit_row_decay(const StepNorms& norms, std::size_t row, bool reverse,
                                      const std::vector<bool>& used) {
    std::vector<double> back, logarithms;
    for (std::size_t step = 0; step < norms.steps; ++step) {
        if ((!used.empty() && !used[step]) || !has_logarithm(norms.at(step, row))) continue;
        back.push_back(static_cast<double>(steps_back(norms, step, reverse)));
        logarithms.push_back(std::log(norms.at(step, row)));
    }
    return fit(back, logarithms);
}

std::optional<std::size_t> memory_horizon(const StepNorms& norms, std::size_t row, bool reverse) {
    if (norms.steps == 0) return std::nullopt;
    const double end = norms.at(step_at(norms, 0, reverse), row);
    if (!has_logarithm(end)) return std::nullopt;
    for (std::size_t back = 1; back < norms.steps; ++back) {
        if (norms.at(step_at(norms, back, reverse), row) <= forgotten_share * end) return back;
    }
    return std::nullopt;
}

HorizonSummary summarise_horizons(const StepNorms& norms, bool reverse) {
    HorizonSummary summary;
    summary.rows = norms.rows;
    std::vector<double> horizons;
    constexpr double never = std::numeric_limits<double>::infinity();
    for (std::size_t row = 0; row < norms.rows; ++row) {
        const auto horizon = memory_horizon(norms, row, reverse);
        if (horizon) {
            horizons.push_back(static_cast<double>(*horizon));
        } else if (has_logarithm(norms.at(step_at(norms, 0, reverse), row))) {
            horizons.push_back(never);
            ++summary.beyond;
        } else {
            ++summary.undefined;
        }
    }
    if (horizons.empty()) return summary;
    std::ranges::sort(horizons);
    const auto at = [&](double q) -> std::optional<double> {
        const double value = statistics::quantile(horizons, q);
        return std::isfinite(value) ? std::optional(value) : std::nullopt;
    };
    summary.q25 = at(0.25);
    summary.median = at(0.5);
    summary.q75 = at(0.75);
    return summary;
}

}  // namespace cellwise::lab
