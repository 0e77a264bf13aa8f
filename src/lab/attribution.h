#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <span>
#include <vector>

#include "models/classifier.h"

namespace cellwise::lab {

/// What each position of a text adds to the model's log-odds ln(p / (1 − p)) of a positive review.
struct Attribution {
    std::vector<double> contributions;  ///< [the text's ids]
    double log_odds = 0;                ///< the model's, of the text
    double baseline_log_odds = 0;       ///< integrated gradients: of padding in place of the whole text

    [[nodiscard]] double sum() const;
    /// Integrated gradients: sum() − (log_odds − baseline_log_odds), which is 0 for the exact integral
    /// (completeness, section 3 of the paper).
    [[nodiscard]] double completeness_error() const;
};

/// Occlusion (Zeiler and Fergus 2014): a position's contribution is how much the log-odds fall when its
/// word alone is replaced by the unknown word. Exact, a forward pass for each position.
///
/// row: a review as the model reads it, [length], padded at the front; its last `text` ids are the text.
/// The model is left in evaluation mode and lies on `device`. Throws InternalError for text > length.
[[nodiscard]] Attribution occlusion(models::Classifier& model, std::span<const std::int32_t> row, std::size_t text,
                                    const torch::Device& device);

/// Integrated gradients (Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks", 2017): the
/// gradient of the log-odds by the words' vectors, integrated on the straight way from padding in every
/// position of the text to the text, times the way. The integral is taken by Gauss-Legendre quadrature with
/// `steps` points (1 to 10000, else UsageError naming --steps); more points make completeness_error()
/// smaller. Otherwise as occlusion().
[[nodiscard]] Attribution integrated_gradients(models::Classifier& model, std::span<const std::int32_t> row,
                                               std::size_t text, std::int64_t steps, const torch::Device& device);

/// The points and weights of Gauss-Legendre quadrature on [0, 1], which integrate polynomials of degree
/// 2·count − 1 exactly (Abramowitz and Stegun 25.4.29).
struct Quadrature {
    std::vector<double> points, weights;
};
[[nodiscard]] Quadrature gauss_legendre(std::size_t count);

}  // namespace cellwise::lab
