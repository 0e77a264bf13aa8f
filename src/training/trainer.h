#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "data/dataset.h"
#include "models/classifier.h"
#include "training/device.h"
#include "training/optimizer.h"
#include "training/options.h"

namespace cellwise::training {

/// Mean loss and share of right answers (probability > 0.5) over some reviews.
struct Metrics {
    double loss = 0;
    double accuracy = 0;
};

/// One epoch: training metrics are running means over the epoch, weighted by rows and taken in
/// training mode before each update, as Keras's fit reports them; test metrics come after it.
struct EpochResult {
    std::int64_t epoch = 0;  ///< from 1
    Metrics train;
    Metrics test;
    double train_seconds = 0;
    double test_seconds = 0;
};

/// What a progress display gets to see during an epoch.
struct Progress {
    std::int64_t epoch = 0;  ///< from 1
    std::int64_t epochs = 0;
    std::int64_t step = 0;   ///< batches done in this epoch
    std::int64_t steps = 0;  ///< batches in an epoch
    double seconds = 0;      ///< since the epoch began
    Metrics running;
};

/// A batch's outcome, on the model's device.
struct StepResult {
    torch::Tensor loss;    ///< mean over the rows, with the L2 penalty; scalar, detached
    torch::Tensor logits;  ///< [batch], detached
};

/// Trains and evaluates one classifier. All randomness (data order, dropout) comes from the seed.
class Trainer {
public:
    /// Moves the model to the device and precision. The fused kernels compute with as many threads as
    /// LibTorch has now (training::set_threads), and LibTorch with one until the trainer is gone.
    Trainer(models::Classifier model, const TrainingOptions& options, std::uint64_t seed,
            torch::Device device = torch::kCPU);

    /// Forward in training mode, loss and backward; the gradients stay in the variables.
    /// ids: [batch, time] int32 or int64; labels: [batch] 0 or 1, any dtype.
    StepResult forward_backward(const torch::Tensor& ids, const torch::Tensor& labels);

    /// One optimizer step from these gradients.
    void update() { optimizer_.step(); }

    /// One epoch over all rows in a new random order; the short last batch is kept.
    Metrics train_epoch(const data::PaddedReviews& reviews, const std::function<void(const Progress&)>& on_progress);

    /// Metrics over all rows in evaluation mode; the loss includes the L2 penalty, as Keras's does.
    Metrics evaluate(const data::PaddedReviews& reviews);

    /// Probability of a positive review for each row of ids [rows, time], in evaluation mode.
    std::vector<float> probabilities(const data::PaddedReviews& reviews);

    /// The tutorial's fit: `epochs` epochs, each followed by an evaluation on `test`.
    std::vector<EpochResult> fit(const data::PaddedReviews& train, const data::PaddedReviews& test,
                                 const std::function<void(const Progress&)>& on_progress,
                                 const std::function<void(const EpochResult&)>& on_epoch);

    [[nodiscard]] models::Classifier& model() { return model_; }
    [[nodiscard]] Optimizer& optimizer() { return optimizer_; }

private:
    torch::Tensor logits_of(const data::PaddedReviews& reviews);

    models::Classifier model_;
    TrainingOptions options_;
    torch::Device device_;
    std::vector<models::Variable> variables_;
    Optimizer optimizer_;
    std::optional<OneTorchThread> one_torch_thread_;  // where the model has a pool of its own
    Random order_;
    std::int64_t epochs_done_ = 0;
};

}  // namespace cellwise::training
