#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>

#include "learning/examples.h"
#include "learning/step_recorder.h"

namespace cellwise::learning {

/// A batch's outcome, on the model's device.
struct StepResult {
    torch::Tensor loss;    ///< mean over the rows, with the L2 penalty; scalar, detached
    torch::Tensor logits;  ///< [batch], detached
};

/// Sums over the reviews of an epoch so far.
struct EpochSums {
    double loss = 0;
    double right = 0;  ///< right answers
};

/// Training on a device of its own without waiting for it: reviews and their order lie on the device, a
/// step's batch is gathered there, loss and right answers are added up there.
class ResidentEpoch {
public:
    explicit ResidentEpoch(torch::Device device);

    /// Begins, or goes on with, an epoch. `order` [reviews] int64, on the host: the rows in the order of
    /// training. `before`: what the epoch's earlier steps added up to. The reviews are copied when they are
    /// not those of the epoch before; they must not change in place.
    void begin(const Examples& examples, const torch::Tensor& order, const EpochSums& before);

    /// One step on `rows` reviews from `first` on in the order. compute(ids [rows, time], labels [rows])
    /// trains on them; it may be called to be recorded, and not at all where it was before (step_recorder.h).
    void step(std::int64_t first, std::int64_t rows,
              const std::function<StepResult(const torch::Tensor&, const torch::Tensor&)>& compute);

    /// Waits for the device.
    [[nodiscard]] EpochSums sums() const;

    [[nodiscard]] StepRecorder& recorder() { return recorder_; }
    [[nodiscard]] const StepRecorder& recorder() const { return recorder_; }

private:
    torch::Device device_;
    StepRecorder recorder_;
    const void* loaded_ = nullptr;  // the host's memory of the ids that were copied
    torch::Tensor ids_;             // [reviews, time] int32
    torch::Tensor labels_;          // [reviews] uint8
    torch::Tensor order_;           // [reviews] int64
    torch::Tensor rows_;            // [largest batch] int64: where a recorded step finds its rows
    torch::Tensor sums_;            // [2] float64: loss, right answers
};

}  // namespace cellwise::learning
