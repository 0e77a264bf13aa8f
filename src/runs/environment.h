#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tasks/sentiment/configuration.h"

namespace cellwise::runs {

/// What a run computes with, as it came out: "cpu" or "cuda:0", never "auto"; threads of this run alone.
struct ComputeUsed {
    std::string device = "cpu";
    std::int64_t threads = 1;
};

/// A run folder's environment.json: the command that made it, the program's versions and revision, the
/// machine, the engine, and the data (`data`: data_json) with its hash and whole paths.
[[nodiscard]] nlohmann::ordered_json environment_json(const std::string& command,
                                                      const sentiment::Configuration& configuration,
                                                      const ComputeUsed& compute, const nlohmann::ordered_json& data);

}  // namespace cellwise::runs
