#pragma once

#include <filesystem>

#include "data/reviews/dataset.h"
#include "lab/claims/experiment.h"

namespace cellwise::lab {

/// log10 of the share of ‖∂L/∂h_t‖ that is left `steps_back` steps before the end of reading (of ‖∂L/∂c_t‖
/// too for an LSTM, else NaN): the median over a batch's rows.
struct GradientShare {
    double hidden_state = 0;
    double cell_state = 0;
};

/// Of the spec's model with its initial weights, or with those of `model_file` if that is not empty;
/// computed in float64. A gradient of 0 counts as smallest_share. Throws what learning::load_model throws.
[[nodiscard]] GradientShare gradient_share(const TrainingSpec& spec, const std::filesystem::path& model_file,
                                           const data::PaddedReviews& batch, std::size_t steps_back);

/// What float64 cannot tell from nothing.
inline constexpr double smallest_share = 1e-300;

}  // namespace cellwise::lab
