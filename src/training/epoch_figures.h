#pragma once

#include <cstdint>
#include <optional>

namespace cellwise::training {

/// Mean loss and share of right answers (probability > 0.5) over some reviews.
struct Metrics {
    double loss = 0;
    double accuracy = 0;
};

/// One epoch: training metrics are running means over the epoch, weighted by rows and taken in
/// training mode before each update, as Keras's fit reports them; validation metrics come after it.
struct EpochResult {
    std::int64_t epoch = 0;  ///< from 1
    Metrics train;
    Metrics validation;        ///< on the reviews that fit() was given for it: the test split in the tutorial
    double learning_rate = 0;  ///< of its last step
    double train_seconds = 0;
    double validation_seconds = 0;
    double unix_time = 0;  ///< when it was done, seconds since 1970
};

/// What a progress display gets to see during an epoch.
struct Progress {
    std::int64_t epoch = 0;  ///< from 1
    std::int64_t epochs = 0;
    std::int64_t step = 0;           ///< batches done in this epoch
    std::int64_t steps = 0;          ///< batches in an epoch
    std::int64_t reviews = 0;        ///< reviews trained on in this epoch
    double seconds = 0;              ///< spent in this epoch
    std::optional<Metrics> running;  ///< nothing while they are only known on the device
};

}  // namespace cellwise::training
