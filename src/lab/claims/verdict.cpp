#include "lab/claims/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "statistics/cross_validation.h"
#include "statistics/paired.h"

namespace cellwise::lab {
namespace {

bool wholly_inside(const Rule& rule, const statistics::Interval& interval) {
    if (rule.closed) return interval.low >= rule.low && interval.high <= rule.high;
    return interval.low > rule.low && interval.high < rule.high;
}

bool wholly_outside(const Rule& rule, const statistics::Interval& interval) {
    return interval.high < rule.low || interval.low > rule.high;
}

/// Mean, deviation and interval, of runs or of folds.
statistics::Summary summary_of(std::span<const double> numbers, double confidence, double test_over_train) {
    if (test_over_train <= 0 || numbers.size() < 2) return statistics::summarise(numbers, confidence);
    const auto folds = statistics::resampled_summary(numbers, test_over_train, confidence);
    return {folds.count, folds.mean, folds.standard_deviation, folds.interval, confidence};
}

void require_usable(Scale scale, std::span<const double> values) {
    if (values.empty()) throw InternalError("a claim has measured nothing");
    for (const double value : values) {
        if (!std::isfinite(value) || (scale == Scale::ratio && value <= 0)) {
            throw InternalError(fmt::format("a claim has measured {}", value));
        }
    }
}

Judgement judge_exact(const Rule& rule, std::span<const double> values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const statistics::Interval range{*low, *high};
    // Without chance, what does not hold in every run does not hold.
    const auto verdict = wholly_inside(rule, range) ? Verdict::supported : Verdict::contradicted;
    return {verdict, statistics::mean(values), range, {}, 1};
}

}  // namespace

std::string_view verdict_name(Verdict verdict) {
    switch (verdict) {
        case Verdict::supported:
            return "supported";
        case Verdict::contradicted:
            return "contradicted";
        case Verdict::undecided:
            break;
    }
    return "undecided";
}

std::string Rule::text() const {
    if (closed && low == high) return fmt::format("= {:g}", low);
    if (closed) return fmt::format("between {:g} and {:g}", low, high);
    return std::isfinite(low) ? fmt::format("> {:g}", low) : fmt::format("< {:g}", high);
}

Judgement judge(const Rule& rule, Scale scale, std::span<const double> values, double confidence,
                double test_over_train) {
    require_usable(scale, values);
    if (scale == Scale::exact) return judge_exact(rule, values);

    std::vector<double> numbers(values.begin(), values.end());
    Rule on_scale = rule;
    const bool is_ratio = scale == Scale::ratio;
    if (is_ratio) {
        for (double& number : numbers) number = std::log(number);
        on_scale.low = rule.low > 0 ? std::log(rule.low) : -std::numeric_limits<double>::infinity();
        on_scale.high = std::log(rule.high);
    }
    const auto back = [&](double number) { return is_ratio ? std::exp(number) : number; };

    const auto summary = summary_of(numbers, confidence, test_over_train);
    Judgement judgement;
    judgement.estimate = back(summary.mean);
    judgement.confidence = confidence;
    if (summary.interval) {
        if (wholly_inside(on_scale, *summary.interval)) judgement.verdict = Verdict::supported;
        if (wholly_outside(on_scale, *summary.interval)) judgement.verdict = Verdict::contradicted;
        judgement.interval = {back(summary.interval->low), back(summary.interval->high)};
    }
    if (judgement.verdict == Verdict::undecided && summary.standard_deviation && test_over_train <= 0) {
        // The verdict falls when the interval leaves the nearest bound of the rule outside.
        const double distance = std::min(std::abs(summary.mean - on_scale.low), std::abs(summary.mean - on_scale.high));
        const auto needed = statistics::pairs_needed(distance, *summary.standard_deviation, 1 - confidence);
        if (needed) judgement.runs_needed = std::max(*needed, values.size() + 1);
    }
    return judgement;
}

double p_of_verdict(const Rule& rule, Scale scale, std::span<const double> values, double test_over_train) {
    const auto falls = [&](double alpha) {
        return judge(rule, scale, values, 1 - alpha, test_over_train).verdict != Verdict::undecided;
    };
    // A smaller confidence has a narrower interval, so that a verdict that has fallen stays.
    double no = 1e-12, yes = 1 - 1e-9;
    if (falls(no)) return no;
    if (!falls(yes)) return 1;
    for (int step = 0; step < 60; ++step) {
        const double middle = (no + yes) / 2;
        (falls(middle) ? yes : no) = middle;
    }
    return yes;
}

}  // namespace cellwise::lab
