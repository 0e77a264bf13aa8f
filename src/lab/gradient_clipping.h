#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/reviews/dataset.h"
#include "models/classifier.h"

namespace cellwise::lab {

/// One way of clipping a training step's gradient.
struct ClippedGradient {
    std::vector<double> norms;  ///< of each Keras variable, after clipping
    double norm = 0;            ///< of the whole gradient, after clipping
    /// Of the angle between the clipped and the unclipped gradient: 1 where clipping keeps the direction.
    /// NaN where a gradient is 0 or not finite.
    double cosine = 0;
    std::size_t clipped = 0;  ///< variables that became shorter
};

/// The gradient of one training step before and after clipping.
struct ClippingEffect {
    std::vector<std::string> variables;           ///< Keras's variables, as the per-variable norm sees them
    std::vector<double> norms;                    ///< of each, unclipped
    double norm = 0;                              ///< of the whole gradient
    double loss = 0;                              ///< mean over the batch
    std::optional<ClippedGradient> per_variable;  ///< by --clip-norm
    std::optional<ClippedGradient> over_all;      ///< by --global-clip-norm
};

/// The gradient of the batch's mean loss, as the first training step would see it (training mode: batch
/// norm by the batch's statistics, dropout), clipped per variable and over all; a limit of 0 leaves a
/// way out. Clipping over all scales every variable alike and so keeps the direction; per variable it
/// shortens only the long ones and turns it. The model's gradients are
/// cleared afterwards; its weights and statistics stay as they are.
[[nodiscard]] ClippingEffect clipping_effect(models::Classifier& model, const data::PaddedReviews& batch,
                                             double clip_norm, double global_clip_norm);

}  // namespace cellwise::lab
