#include "lab/claims/vanishing_gradients.h"

#include <fmt/format.h>

#include "lab/claims/gradient_share.h"
#include "lab/claims/paired_values.h"
#include "lab/claims/tutorial_training.h"

namespace cellwise::lab {
namespace {

constexpr std::int64_t gradient_reviews = 64;

std::int64_t steps_back(const Sizes& sizes) { return sizes.pick(100, 20); }

}  // namespace

Measurement gradient_left(Cell cell, Weights weights, Laboratory& lab, std::span<const std::uint64_t> seeds) {
    Measurement measurement;
    std::vector<TrainingOutcome> outcomes;
    if (weights == Weights::trained) {
        outcomes = lab.train_each(seeds, [&](std::uint64_t seed) { return tutorial_training(lab, cell, seed); });
        for (const auto& outcome : outcomes) {
            if (outcome.diverged) measurement.unfit = "a training diverged, so there is no trained model to look into";
        }
    }
    const auto& batch = lab.padded({0, gradient_reviews, true, lab.sizes().length}, true);
    std::vector<GradientShare> shares(seeds.size());
    lab.side_by_side(seeds.size(), [&](std::size_t i) {
        const bool has_file = !outcomes.empty() && !outcomes[i].model_file.empty();
        const auto file = has_file ? lab.folder() / "trainings" / outcomes[i].model_file : std::filesystem::path();
        shares[i] = gradient_share(tutorial_training(lab, cell, seeds[i]), file, batch,
                                   static_cast<std::size_t>(steps_back(lab.sizes())));
    });
    Detail of_cell_state{"log10 of the share of ‖∂L/∂c‖ left", {}};
    for (const auto& share : shares) {
        measurement.values.push_back(share.hidden_state);
        of_cell_state.values.push_back(share.cell_state);
    }
    if (cell == Cell::lstm) measurement.details.push_back(of_cell_state);
    if (!outcomes.empty()) {
        measurement.details.push_back({"test accuracy", values_of(outcomes, &TrainingOutcome::test_accuracy)});
    }
    return measurement;
}

std::string gradient_left_text(Weights weights, const Sizes& sizes) {
    return fmt::format(
        "{}; {}; the last {} words of the {} longest test reviews, gradients in float64. A hundredth left counts as "
        "vanished.",
        model_text("the cell", sizes),
        weights == Weights::trained ? fmt::format("after the tutorial's training on {}", reviews_text(sizes, 0, 0))
                                    : "with Keras's initial weights",
        sizes.length, gradient_reviews);
}

}  // namespace cellwise::lab
