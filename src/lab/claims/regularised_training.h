#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lab/claims/claim.h"
#include "lab/claims/laboratory.h"

namespace cellwise::lab {

// The training that the claims about L2 and batch normalisation share: an LSTM that overfits, on a fifth of
// the reviews.

/// λ of the penalty λ‖W‖² on its kernels.
inline constexpr double l2_penalty_used = 0.001;

/// What is added to the plain LSTM.
struct Regularisation {
    bool l2 = false;
    bool batch_norm = false;
};

/// The outcome for each seed, evaluated on the training reviews too.
[[nodiscard]] std::vector<TrainingOutcome> regularised_trainings(Laboratory& lab, Regularisation regularisation,
                                                                 std::span<const std::uint64_t> seeds);

/// For each seed a figure of the plain training minus that of the regularised one; `figure` and `name` (of the
/// regularisation) are for the details.
[[nodiscard]] Measurement lowered_by(Regularisation regularisation, const std::string& name,
                                     double TrainingOutcome::*field, const std::string& figure, Laboratory& lab,
                                     std::span<const std::uint64_t> seeds);
/// For each seed the gap between training and test accuracy without minus that with the regularisation.
[[nodiscard]] Measurement gap_narrowed_by(Regularisation regularisation, const std::string& name, Laboratory& lab,
                                          std::span<const std::uint64_t> seeds);
/// For each seed the test accuracy with L2 and batch normalisation together minus that with one `alone`.
[[nodiscard]] Measurement together_against(Regularisation alone, const std::string& name, Laboratory& lab,
                                           std::span<const std::uint64_t> seeds);

// What is trained, in a sentence or two: without and with one of the two, or both.
[[nodiscard]] std::string l2_text(const Sizes& sizes);
[[nodiscard]] std::string batch_norm_text(const Sizes& sizes);
[[nodiscard]] std::string l2_with_batch_norm_text(const Sizes& sizes);

}  // namespace cellwise::lab
