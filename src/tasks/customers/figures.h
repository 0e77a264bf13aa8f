#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace cellwise::customers {

/// How good predictions are, by every measure that the target's kind has. Absent: undefined on these rows (an area
/// with one class alone), or of the other kind.
struct Figures {
    std::optional<double> accuracy, balanced_accuracy, roc_auc, average_precision, log_loss, brier;  // labels
    std::optional<double> r2, rmse, mae;                                                             // numbers
};

/// A measure by its name in JSON.
struct Metric {
    std::string_view name;
    std::optional<double> Figures::*value;
    bool larger_is_better;
};
inline constexpr std::array<Metric, 6> classification_metrics{{{"accuracy", &Figures::accuracy, true},
                                                               {"balanced_accuracy", &Figures::balanced_accuracy, true},
                                                               {"roc_auc", &Figures::roc_auc, true},
                                                               {"average_precision", &Figures::average_precision, true},
                                                               {"log_loss", &Figures::log_loss, false},
                                                               {"brier", &Figures::brier, false}}};
inline constexpr std::array<Metric, 3> regression_metrics{
    {{"r2", &Figures::r2, true}, {"rmse", &Figures::rmse, false}, {"mae", &Figures::mae, false}}};

[[nodiscard]] std::span<const Metric> metrics_of(bool is_classification);

/// The class of each row: for two, 1 where the probability is above the threshold; for more the most probable.
/// answers: [rows] or [rows, classes], as Model::predict gives them.
[[nodiscard]] std::vector<std::int32_t> predicted_classes(std::span<const double> answers, std::size_t classes,
                                                          double threshold);

/// targets: [rows] classes 0 … classes − 1.
[[nodiscard]] Figures classification_figures(std::span<const double> answers, std::span<const double> targets,
                                             std::size_t classes, double threshold);
[[nodiscard]] Figures regression_figures(std::span<const double> answers, std::span<const double> targets);

}  // namespace cellwise::customers
