#pragma once

#include <string>

#include "tasks/sentiment/configuration.h"

namespace cellwise::sentiment {

/// The engine that computes, and why it is not the fused one although it was not ruled out.
struct EngineInForce {
    bool fused = false;
    std::string text;
};

/// Throws UsageError, EnvironmentError for a device that does not exist or cannot be used, and for bfloat16 with
/// another engine than the fused one or a processor without such products.
[[nodiscard]] EngineInForce engine_in_force(const Configuration& configuration);

}  // namespace cellwise::sentiment
