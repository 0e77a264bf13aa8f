#include "statistics/class_probabilities.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "statistics/classification.h"

namespace cellwise::statistics {
namespace {

void require_valid(const ClassScores& scores) {
    const auto rows = scores.labels.size();
    if (rows == 0 || scores.classes < 2 || scores.probabilities.size() != rows * scores.classes) {
        throw InternalError("there must be one probability for each row and class");
    }
    for (const auto label : scores.labels) {
        if (label < 0 || static_cast<std::size_t>(label) >= scores.classes) throw InternalError("a label is no class");
    }
}

/// The mean over the classes of `figure` of each against the rest; for two classes of the second alone.
template <class Figure>
std::optional<double> one_against_rest(const ClassScores& scores, Figure&& figure) {
    require_valid(scores);
    const auto rows = scores.labels.size();
    std::vector<double> probabilities(rows);
    std::vector<std::uint8_t> labels(rows);
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t k = scores.classes == 2 ? 1 : 0; k < scores.classes; ++k, ++count) {
        for (std::size_t row = 0; row < rows; ++row) {
            probabilities[row] = std::clamp(scores.probabilities[row * scores.classes + k], 0.0, 1.0);
            labels[row] = scores.labels[row] == static_cast<std::int32_t>(k) ? 1 : 0;
        }
        const std::optional<double> value = figure(Scores{probabilities, labels});
        if (!value) return std::nullopt;
        sum += *value;
    }
    return sum / static_cast<double>(count);
}

}  // namespace

std::int32_t most_probable(std::span<const double> probabilities) {
    return static_cast<std::int32_t>(std::max_element(probabilities.begin(), probabilities.end()) -
                                     probabilities.begin());
}

double balanced_accuracy(std::span<const std::int32_t> predicted, std::span<const std::int32_t> labels,
                         std::size_t classes) {
    if (labels.empty() || predicted.size() != labels.size()) throw InternalError("there must be one answer a row");
    std::vector<double> found(classes), there(classes);
    for (std::size_t row = 0; row < labels.size(); ++row) {
        const auto label = static_cast<std::size_t>(labels[row]);
        there.at(label) += 1;
        found[label] += predicted[row] == labels[row] ? 1 : 0;
    }
    double sum = 0, occurring = 0;
    for (std::size_t k = 0; k < classes; ++k) {
        if (there[k] == 0) continue;
        sum += found[k] / there[k];
        occurring += 1;
    }
    return sum / occurring;
}

double log_loss(const ClassScores& scores) {
    require_valid(scores);
    double sum = 0;
    for (std::size_t row = 0; row < scores.labels.size(); ++row) {
        const double p = scores.probabilities[row * scores.classes + static_cast<std::size_t>(scores.labels[row])];
        sum -= std::log(std::clamp(p, std::numeric_limits<double>::epsilon(), 1.0));
    }
    return sum / static_cast<double>(scores.labels.size());
}

double brier_score(const ClassScores& scores) {
    require_valid(scores);
    double sum = 0;
    for (std::size_t row = 0; row < scores.labels.size(); ++row) {
        for (std::size_t k = 0; k < scores.classes; ++k) {
            const double truth = scores.labels[row] == static_cast<std::int32_t>(k) ? 1 : 0;
            const double error = scores.probabilities[row * scores.classes + k] - truth;
            sum += error * error;
        }
    }
    return sum / static_cast<double>(scores.labels.size()) / (scores.classes == 2 ? 2 : 1);
}

std::optional<double> mean_roc_area(const ClassScores& scores) {
    return one_against_rest(scores, [](const Scores& one) -> std::optional<double> {
        const auto area = roc_area(one);
        return area ? std::optional(area->area) : std::nullopt;
    });
}

std::optional<double> mean_average_precision(const ClassScores& scores) {
    return one_against_rest(scores, [](const Scores& one) { return average_precision(one); });
}

}  // namespace cellwise::statistics
