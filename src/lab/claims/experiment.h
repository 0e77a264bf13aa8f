#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "data/reviews/synthetic.h"
#include "learning/options.h"
#include "models/options.h"

namespace cellwise::lab {

/// The reviews an experiment uses, from the data set that the run found.
struct ReviewChoice {
    std::int64_t train = 0;  ///< the first so many of the train split, as load_data orders it; 0 = all
    std::int64_t test = 0;
    bool longest = false;     ///< the longest so many instead of the first, in load_data's order
    std::int64_t length = 0;  ///< words a review is padded or cut to, at the front
};

/// A synthetic corpus made from the run's seed, and further test splits of the same vocabulary in which
/// the cues have a fixed distance from the end.
struct SyntheticChoice {
    data::SyntheticOptions corpus;              ///< its seed is the run's
    std::vector<std::int64_t> probe_distances;  ///< one test split each, of corpus.test_reviews reviews
};

/// One training: everything that decides its outcome.
struct TrainingSpec {
    models::ClassifierOptions model;
    learning::TrainingOptions training;
    std::uint64_t seed = 0;
    ReviewChoice reviews;
    std::optional<SyntheticChoice> synthetic;  ///< instead of reviews
    double recurrent_scale = 1;                ///< the initial recurrent kernel is multiplied by this
    bool test_on_training = false;             ///< also evaluate on the training reviews afterwards
    bool first_gradient = false;               ///< also take the norm of the gradient before the first step
    bool keep_model = false;                   ///< keep the trained weights in a file

    /// A text that is the same exactly for the same training.
    [[nodiscard]] std::string key() const;
};

/// What is known after a training. Accuracies are shares of 1; losses are mean binary cross-entropies,
/// penalties included.
struct TrainingOutcome {
    std::int64_t parameters = 0;
    bool diverged = false;  ///< the training was given up, as its loss was not a finite number
    double test_loss = 0, test_accuracy = 0;
    double train_loss = 0, train_accuracy = 0;  ///< after the training, in evaluation mode, if asked for
    double first_epoch_loss = 0;                ///< mean loss over the batches of the first epoch
    /// The sum of the rises of the loss, averaged over 10 steps at a time, from one such mean to the next.
    double loss_rises = 0;
    double kernel_norm = 0;                ///< L2 norm over all kernels
    std::int64_t kernel_values = 0;        ///< values in them
    std::int64_t kernel_zeros = 0;         ///< of which exactly 0
    double first_gradient_norm = 0;        ///< if asked for
    std::vector<double> probe_accuracies;  ///< on each probe_distances
    std::string model_file;                ///< if kept
    double seconds = 0;
};

[[nodiscard]] nlohmann::ordered_json outcome_json(const TrainingOutcome& outcome);
/// Reads what outcome_json wrote. Throws DataError naming `origin`.
[[nodiscard]] TrainingOutcome parse_outcome(const nlohmann::json& json, const std::string& origin);

}  // namespace cellwise::lab
