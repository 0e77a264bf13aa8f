#pragma once

#include <cstdint>
#include <vector>

#include "core/cell.h"
#include "lab/claims/laboratory.h"

namespace cellwise::lab {

/// Milliseconds of a whole training step, the median of `steps`: for each cell with the fused engine, then
/// for each with torch's. All take the same batches of the tutorial's training set by turns, so that what
/// else the machine does falls on all alike; a step to warm up is not counted.
[[nodiscard]] std::vector<double> step_times(Laboratory& lab, const std::vector<Cell>& cells, std::uint64_t seed,
                                             std::int64_t steps);

/// Trainable values, counted from a model's tensors.
struct ParameterCount {
    double recurrent = 0;  ///< of the recurrent layers
    double all = 0;
};
[[nodiscard]] ParameterCount count_parameters(const models::ClassifierOptions& options);

}  // namespace cellwise::lab
