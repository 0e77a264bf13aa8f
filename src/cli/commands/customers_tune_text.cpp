#include "cli/commands/customers_tune_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "records/json_values.h"
#include "search/confirmation.h"
#include "statistics/paired_classifiers.h"

namespace cellwise::cli {
namespace {

constexpr double significance_level = 0.05;

search::ConfirmationVerdict verdict_of(double difference, double p) {
    if (!(p < significance_level)) return search::ConfirmationVerdict::undecided;
    return difference > 0 ? search::ConfirmationVerdict::better : search::ConfirmationVerdict::worse;
}

}  // namespace

TestedOnce tested_once(const customers::TestAnswers& answers, const customers::TuningMetric& metric,
                       const customers::Target& target) {
    const auto& first = answers.candidates.at(0);
    const auto& second = answers.candidates.at(1);
    TestedOnce tested;
    tested.rows = static_cast<std::int64_t>(answers.truth.size());
    if (target.classes() == 2) {
        const std::vector<std::uint8_t> labels(answers.truth.begin(), answers.truth.end());
        if (const auto areas = statistics::compare_areas(second.answers, first.answers, labels)) {
            tested.metric = "roc_auc";
            tested.default_value = areas->second;
            tested.best_value = areas->first;
            tested.difference = areas->difference;
            tested.interval = areas->interval;
            tested.p = areas->p_value;
            tested.verdict = search::verdict_name(verdict_of(areas->difference, areas->p_value));
            return tested;
        }
    }
    tested.metric = metric.title();
    tested.default_value = metric.objective(first.figures);
    tested.best_value = metric.objective(second.figures);
    tested.difference = tested.best_value - tested.default_value;
    return tested;
}

nlohmann::ordered_json tested_json(const TestedOnce& tested) {
    using nlohmann::ordered_json;
    using records::or_null;
    const auto& interval = tested.interval;
    return {{"metric", tested.metric},
            {"rows", tested.rows},
            {"default", tested.default_value},
            {"best", tested.best_value},
            {"difference", tested.difference},
            {"low", interval ? ordered_json(interval->low) : ordered_json(nullptr)},
            {"high", interval ? ordered_json(interval->high) : ordered_json(nullptr)},
            {"p", or_null(tested.p)},
            {"verdict", tested.verdict.empty() ? ordered_json(nullptr) : ordered_json(tested.verdict)}};
}

std::string tested_text(const TestedOnce& tested) {
    auto text = fmt::format("Test part ({} rows, looked at once): {}: default {:.4f}, best {:.4f}\n", tested.rows,
                            tested.metric, tested.default_value, tested.best_value);
    text += fmt::format("best - default: {:+.4f}", tested.difference);
    if (tested.interval && tested.p) {
        text += fmt::format(" (95% CI {:+.4f} to {:+.4f}, p = {:.2g}): {}", tested.interval->low, tested.interval->high,
                            *tested.p, tested.verdict);
    }
    return text + "\n";
}

}  // namespace cellwise::cli
