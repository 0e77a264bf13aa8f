#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/communicator.h"
#include "core/random.h"
#include "learning/device.h"
#include "learning/examples.h"
#include "learning/optimizer.h"
#include "learning/options.h"
#include "learning/resident_epoch.h"
#include "models/classifier.h"
#include "records/figures.h"

namespace cellwise::learning {

/// Where an epoch stands between two steps: with the weights, the optimizer's moments and the
/// generators, all that is needed to continue it as if nothing had happened.
struct EpochPosition {
    std::int64_t epoch = 0;  ///< from 1; 0 before the first
    std::int64_t step = 0;   ///< batches done
    double loss_sum = 0;     ///< over the reviews seen
    double right = 0;        ///< right answers among them
    double seen = 0;         ///< reviews
    double seconds = 0;      ///< spent so far
    bool is_open = false;    ///< finish_epoch() has not been called yet
    std::string order;       ///< the order generator's state before the open epoch's shuffle, else the latest
};

/// A batch whose gradients have been computed and whose update has not been made.
struct Batch {
    std::int64_t epoch = 0;  ///< from 1
    std::int64_t step = 0;   ///< from 0, in the epoch
    std::int64_t steps = 0;  ///< batches in the epoch
    torch::Tensor rows;      ///< [batch] int64: which reviews
    double loss = 0;         ///< with the L2 penalty
};

/// Who looks on while an epoch is trained. Each may be empty.
struct EpochHooks {
    std::function<void(std::int64_t epoch, std::int64_t step, std::int64_t steps)> before_step;  ///< as Batch has them
    /// Wants each step's loss, for which the host waits. Empty: a device of its own is not waited for between
    /// two steps.
    std::function<void(const Batch&)> before_update;
    std::function<bool(const records::Progress&)> go_on;  ///< after each step; false: stop here
};

/// Trains and evaluates one classifier. All randomness (data order, dropout) comes from the seed.
/// fit.h trains by whole epochs, with checkpoints.
class Trainer {
public:
    /// Moves the model to the device and precision. The fused kernels compute with compute.threads, and LibTorch with
    /// one until the trainer is gone; where there are no fused kernels, LibTorch computes with compute.threads.
    /// With `processes`, each trains on its share of every batch, with the result that one process would have (to
    /// rounding): all of them must make the same calls with the same options, seed and reviews.
    Trainer(models::Classifier model, const TrainingOptions& options, std::uint64_t seed, const Compute& compute = {},
            Communicator* processes = nullptr);

    /// The fused kernels compute with so many threads from now on, if that is more than before.
    void use_threads(std::int64_t threads);

    /// Forward in training mode, loss and backward; the gradients stay in the variables.
    /// ids: [batch, time] int32 or int64; labels: [batch] 0 or 1, any dtype.
    StepResult forward_backward(const torch::Tensor& ids, const torch::Tensor& labels);

    /// One optimizer step from these gradients.
    void update() { optimizer_.step(); }

    /// One epoch over all rows in a new random order; the short last batch is kept. Every step's running metrics
    /// are known.
    records::Metrics train_epoch(const Examples& examples,
                                 const std::function<void(const records::Progress&)>& on_progress);

    /// Begins a new epoch, or goes on with the open one, until its end or until hooks.go_on stops it.
    /// Returns whether all steps are done; the epoch stays open until finish_epoch().
    bool continue_epoch(const Examples& examples, const EpochHooks& hooks);
    void finish_epoch();

    /// records::Metrics over all rows in evaluation mode; the loss includes the L2 penalty, as Keras's does.
    records::Metrics evaluate(const Examples& examples);

    /// The same, looking between batches whether `stop` says that nobody will wait for it: then nothing. Several
    /// processes evaluate a share of the reviews each, and do not ask.
    std::optional<records::Metrics> evaluate_unless(const Examples& examples, const std::function<bool()>& stop);

    /// The probability of a positive review for each row that was evaluated last, as computed then.
    [[nodiscard]] std::vector<double> evaluated_probabilities() const;

    /// Probability of a positive review for each row of ids [rows, time], in evaluation mode.
    std::vector<float> probabilities(const Examples& examples);

    /// The tutorial's fit: `epochs` epochs, each followed by an evaluation on `validation`.
    std::vector<records::EpochFigures> fit(const Examples& train, const Examples& validation,
                                           const std::function<void(const records::Progress&)>& on_progress,
                                           const std::function<void(const records::EpochFigures&)>& on_epoch);

    /// With all weights up to date. While continue_epoch() trains, who holds the model otherwise sees some weights
    /// as they were some steps ago (Optimizer::Deferral).
    [[nodiscard]] models::Classifier& model() {
        optimizer_.catch_up();
        return model_;
    }
    [[nodiscard]] Optimizer& optimizer() { return optimizer_; }

    /// The epoch being trained, or the last one when it is complete.
    [[nodiscard]] EpochPosition position() const;
    /// The running metrics at position(). Both wait for a device of its own.
    [[nodiscard]] records::Metrics running() const;
    /// Sets what position() gave; weights, moments and dropout are set on their own. Throws DataError
    /// if its generator state is broken.
    void set_position(const EpochPosition& position);

    /// Whether steps are trained on a device of its own without waiting for it, where no hook needs to.
    [[nodiscard]] bool has_own_device() const { return !device_.is_cpu() && processes_ == nullptr; }
    /// Why such steps are not recorded (step_recorder.h); empty if they are, or there are none.
    [[nodiscard]] std::string why_not_recorded() const;
    /// How many were replayed from their recording.
    [[nodiscard]] std::int64_t replays() const { return resident_ ? resident_->recorder().replays() : 0; }

private:
    // Which steps an epoch still has to do.
    struct Plan {
        torch::Tensor order;  // [rows] int64
        std::int64_t rows = 0;
        std::int64_t steps = 0;
        double seconds_before = 0;
    };
    [[nodiscard]] Plan open_epoch(const Examples& examples);
    StepResult forward_backward(const torch::Tensor& ids, const torch::Tensor& labels,
                                const std::optional<models::Shard>& shard);
    bool train_here(const Examples& examples, const Plan& plan, const EpochHooks& hooks);
    bool train_on_device(const Examples& examples, const Plan& plan, const EpochHooks& hooks);
    [[nodiscard]] std::pair<std::int64_t, std::int64_t> rows_of_step(const Plan& plan) const;
    // After a step: whether to go on.
    [[nodiscard]] EpochSums sums() const;  // of the open epoch; waits for a device of its own
    bool report(const Plan& plan, double seconds, const std::optional<records::Metrics>& running,
                const EpochHooks& hooks) const;

    models::Classifier model_;
    TrainingOptions options_;
    torch::Device device_;
    Communicator* processes_;
    std::vector<models::Variable> variables_;
    Optimizer optimizer_;
    std::optional<ComputeScope> torch_threads_;  // one where the model has a pool of its own
    Random order_;
    EpochPosition position_;
    std::unique_ptr<ResidentEpoch> resident_;  // holds the sums of an open epoch that is trained on a device
    torch::Tensor evaluated_;                  // logits [rows]
};

}  // namespace cellwise::learning
