#pragma once

#include <torch/types.h>

#include <vector>

#include "core/communicator.h"
#include "models/classifier.h"

namespace cellwise::learning {

/// Replaces the gradient of every variable, dense or sparse over rows, by its sum over the processes, each of
/// which has the gradient of its own rows' part of the loss. The result is the same, bit for bit, in all of
/// them. Throws InternalError if a gradient is missing.
void sum_gradients(const std::vector<models::Variable>& variables, Communicator& processes);

/// What every process has computed of the rows of a whole, put together in the order of ranks: own [rows of this
/// process] → [all rows], of the same type and on the same device.
[[nodiscard]] torch::Tensor gather_rows(const torch::Tensor& own, Communicator& processes);

}  // namespace cellwise::learning
