#pragma once

#include "core/error.h"
#include "learning/trainer.h"

namespace cellwise::learning {

/// A training that was given up, because its loss, a gradient or its metrics are no finite numbers.
struct Diverged : CheckFailed {
    using CheckFailed::CheckFailed;
};

/// Throws Diverged if the batch's loss or a gradient is not a finite number, before the update that
/// would spread it into the weights. The message names step, batch, loss and gradient norm. Gradients
/// of the embedding's rows are not looked at on the fused engine: they come out of the same products
/// as the recurrent kernels', and looking would cost as much as the update.
void require_finite_step(const Batch& batch, const Optimizer& optimizer);

/// Throws Diverged if the metrics after an epoch are not finite numbers.
void require_finite_epoch(const records::EpochFigures& epoch);

}  // namespace cellwise::learning
