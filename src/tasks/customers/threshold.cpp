#include "tasks/customers/threshold.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <optional>
#include <vector>

#include "core/error.h"

namespace cellwise::customers {
namespace {

std::optional<double> number_of(std::string_view text) {
    double value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || stop != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
    return value;
}

struct Counts {
    double true_positives = 0, false_positives = 0, positives = 0, rows = 0;
};

/// What is to be made as large as possible.
double merit(const ThresholdRule& rule, const Counts& counts) {
    const double missed = counts.positives - counts.true_positives;
    switch (rule.kind) {
        case ThresholdRule::Kind::fixed:
        case ThresholdRule::Kind::accuracy:
            return -(counts.false_positives + missed);
        case ThresholdRule::Kind::f1: {
            const double whole = 2 * counts.true_positives + counts.false_positives + missed;
            return whole > 0 ? 2 * counts.true_positives / whole : 0;
        }
        case ThresholdRule::Kind::cost:
            return -(rule.false_positive * counts.false_positives + rule.false_negative * missed);
    }
    throw InternalError("a threshold rule is none");
}

}  // namespace

ThresholdRule ThresholdRule::parse(const std::string& text) {
    ThresholdRule rule;
    if (text == "accuracy") {
        rule.kind = Kind::accuracy;
        return rule;
    }
    if (text == "f1") {
        rule.kind = Kind::f1;
        return rule;
    }
    if (text.starts_with("cost=")) {
        const auto colon = text.find(':');
        const auto costs = std::string_view(text).substr(5);
        const auto first = colon == std::string::npos ? std::nullopt : number_of(costs.substr(0, colon - 5));
        const auto second = colon == std::string::npos ? std::nullopt : number_of(costs.substr(colon - 4));
        if (!first || !second || *first < 0 || *second < 0 || *first + *second == 0) {
            throw UsageError(
                fmt::format("--threshold {}: give what a false positive and a false negative cost, as in "
                            "cost=1:5",
                            text));
        }
        rule.kind = Kind::cost;
        rule.false_positive = *first;
        rule.false_negative = *second;
        return rule;
    }
    const auto value = number_of(text);
    if (!value || *value < 0 || *value > 1) {
        throw UsageError(fmt::format("--threshold {}: give a number from 0 to 1, accuracy, f1 or cost=FP:FN", text));
    }
    rule.value = *value;
    return rule;
}

std::string ThresholdRule::text() const {
    switch (kind) {
        case Kind::fixed:
            return fmt::format("{}", value);
        case Kind::accuracy:
            return "accuracy";
        case Kind::f1:
            return "f1";
        case Kind::cost:
            return fmt::format("cost={}:{}", false_positive, false_negative);
    }
    throw InternalError("a threshold rule is none");
}

double best_threshold(const ThresholdRule& rule, std::span<const double> probabilities,
                      std::span<const double> targets) {
    if (rule.kind == ThresholdRule::Kind::fixed) return rule.value;
    std::vector<std::size_t> order(probabilities.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](auto one, auto other) { return probabilities[one] > probabilities[other]; });
    Counts counts;
    counts.rows = static_cast<double>(targets.size());
    for (const double target : targets) counts.positives += target;
    double best = 1, best_merit = merit(rule, counts);  // at 1 nobody is positive
    for (std::size_t i = 0; i < order.size(); ++i) {
        const double probability = probabilities[order[i]];
        counts.true_positives += targets[order[i]];
        counts.false_positives += 1 - targets[order[i]];
        const double next = i + 1 < order.size() ? probabilities[order[i + 1]] : 0;
        if (i + 1 < order.size() && next == probability) continue;
        const double threshold = (probability + next) / 2;
        const double its = merit(rule, counts);
        if (its > best_merit || (its == best_merit && std::abs(threshold - 0.5) < std::abs(best - 0.5))) {
            best = threshold;
            best_merit = its;
        }
    }
    return best;
}

}  // namespace cellwise::customers
