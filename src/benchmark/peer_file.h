#pragma once

#include <vector>

#include "benchmark/batches.h"
#include "core/cell.h"
#include "core/safetensors.h"
#include "models/classifier.h"

namespace cellwise::benchmark {

/// What a framework beside this program needs to do the same work (peer.py reads it): the initial weights of a
/// classifier on the CPU, of one layer and one direction, in PyTorch's layout, `ids` [batches, batch, time] int32 and
/// `labels` [batches, batch] uint8.
[[nodiscard]] std::vector<StoredTensor> peer_tensors(const models::Classifier& model, const std::vector<Batch>& batches,
                                                     const Shape& shape);

/// The cell and its hidden size, for the same file.
[[nodiscard]] SafetensorsMetadata peer_settings(Cell cell, const Shape& shape);

}  // namespace cellwise::benchmark
