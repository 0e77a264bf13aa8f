#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "records/figures.h"

namespace cellwise::records {

/// How a finished run ended (result.json).
struct RunResult {
    std::int64_t best_epoch = 0;  ///< whose weights the model has, from 1
    std::optional<Metrics> test;  ///< of these weights, on the test split; nothing if it was set aside
    std::string engine;           ///< who computed the recurrent layers: fused or torch
    std::int64_t parameters = 0;  ///< trainable
};

}  // namespace cellwise::records
