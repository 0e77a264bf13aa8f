#pragma once

#include <torch/types.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "benchmark/batches.h"
#include "benchmark/speed.h"
#include "core/cell.h"
#include "models/classifier.h"

namespace cellwise::benchmark {

/// What a training step and a forward batch of one cell take on one device, computed by torch::nn (on a GPU: cuDNN).
struct DeviceSpeed {
    Cell cell = Cell::lstm;
    Shape shape;
    std::string device;
    Timing eager_train, forward;           ///< operation by operation
    std::optional<Timing> recorded_train;  ///< as `train` does it on a GPU: replayed from a CUDA graph
    std::string why_not_recorded;          ///< empty if it was
    std::vector<float> probabilities;      ///< of the first batch, before any training [batch]
};

/// The classifier that is measured, with its initial weights, on the CPU.
[[nodiscard]] models::Classifier device_classifier(Cell cell, const Shape& shape);

/// Measures `rounds` times all batches, which all have the shape: their steps follow each other, and the device is
/// waited for at the end of a round, as in an epoch. Times are milliseconds for one batch. The batches come first once
/// without being counted.
[[nodiscard]] DeviceSpeed measure_on_device(Cell cell, const Shape& shape, const std::vector<Batch>& batches,
                                            torch::Device device, std::int64_t rounds);

/// {"cell", "device", "batch_size", "length", "hidden_size", "eager_train_ms", "recorded_train_ms", "forward_ms",
/// "quartiles_ms", "why_not_recorded"}; null for what was not measured.
[[nodiscard]] nlohmann::ordered_json device_speed_json(const DeviceSpeed& speed);

}  // namespace cellwise::benchmark
