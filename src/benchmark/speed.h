#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/cell.h"

namespace cellwise::benchmark {

/// Repeated times of one thing in milliseconds.
struct Timing {
    double median = 0;
    double low = 0;   ///< first quartile
    double high = 0;  ///< third quartile

    /// Quartiles of at least one time.
    [[nodiscard]] static Timing of(std::vector<double> milliseconds);
};

/// A part of a training step.
struct PhaseTiming {
    std::string name;
    double milliseconds = 0;
    double gflop = 0;  ///< of its matrix products; 0: it has none
};

/// One cell at one shape: the fused engine, and torch::nn with torch::optim::Adam where it was measured.
struct CellSpeed {
    Cell cell = Cell::lstm;
    std::int64_t batch_size = 0;
    std::int64_t length = 0;
    std::int64_t hidden_size = 0;
    std::int64_t embedding_size = 0;
    Timing fused_train, fused_forward;
    std::optional<Timing> torch_train, torch_forward;
    double reduced_gflop = 0;  ///< a training step's matrix products, nothing computed twice
    double tokens = 0;         ///< words in a batch, padding at the front not counted
    std::vector<PhaseTiming> phases;
};

/// What `cellwise bench` measured in one run of the process.
struct SpeedRecord {
    std::string processor;
    std::string instruction_set;
    std::int64_t threads = 0;
    std::int64_t rounds = 0;
    std::string precision = "float32";  ///< of the fused engine
    std::int64_t layers = 1;
    bool bidirectional = false;
    std::string input = "words";  ///< or "vectors": what the first layer reads
    std::string data;             ///< where the batches came from
    bool generated = false;
    double fma_peak_gflops = 0;  ///< of these threads, float32, a multiply-add being two operations
    std::vector<CellSpeed> cells;
};

/// Reduced work done in this time, as a share of the peak.
[[nodiscard]] double peak_share(double gflop, double milliseconds, double fma_peak_gflops);

/// The document of `bench --json`: {"fma_peak_gflops", "threads", …, "cells": [{"cell", "torch_train_ms",
/// "fused_train_ms", "train_ratio", …}]}. Figures that were not measured are null.
[[nodiscard]] nlohmann::ordered_json speed_json(const SpeedRecord& record);

/// The tables for people.
[[nodiscard]] std::string speed_text(const SpeedRecord& record);

}  // namespace cellwise::benchmark
