#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "data/reviews/dataset.h"
#include "lab/claims/experiment.h"

namespace cellwise::lab {

/// What a training reads.
struct TrainingData {
    data::PaddedReviews train, test;
    std::vector<data::PaddedReviews> probes;
};

/// A seed's synthetic corpus with its probes, all with the vocabulary of its train split and padded to
/// `length`. Throws UsageError (options out of range).
[[nodiscard]] TrainingData make_synthetic(const SyntheticChoice& choice, std::uint64_t seed, std::int64_t length,
                                          std::int64_t vocabulary_size);

/// Trains and measures what the spec asks for, on the calling thread's share of processors. A loss that is
/// not finite ends the training; the model is then tested as it is. `model_file`: where the weights go if
/// the spec keeps them.
[[nodiscard]] TrainingOutcome run_training(const TrainingSpec& spec, const data::PaddedReviews& train,
                                           const data::PaddedReviews& test,
                                           const std::vector<data::PaddedReviews>& probes,
                                           const std::filesystem::path& model_file);

/// How many trainings can go side by side: `threads`, or all processors for 0.
[[nodiscard]] std::int64_t usable_threads(std::int64_t threads);
/// Makes the calling thread compute alone.
void compute_alone();

/// The sum of the rises between consecutive means of `window` values; an incomplete last window is left
/// out.
[[nodiscard]] double sum_of_rises(const std::vector<double>& values, std::size_t window);

}  // namespace cellwise::lab
