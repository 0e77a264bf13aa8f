#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "training/checkpoint.h"

// The part of a checkpoint that is not tensors, as JSON. Numbers keep all their bits: they are written
// with as many digits as that takes.
namespace cellwise::training {

[[nodiscard]] nlohmann::ordered_json checkpoint_state(const Fit& fit, const CheckpointOrigin& origin);

/// Both throw DataError naming `where` and the key that is missing or wrong.
[[nodiscard]] CheckpointOrigin origin_of(const nlohmann::json& state, const std::string& where);
void restore_state(const nlohmann::json& state, Fit& fit, const std::string& where);

/// One epoch as in metrics.jsonl, and back.
[[nodiscard]] nlohmann::ordered_json epoch_json(const EpochResult& epoch);
[[nodiscard]] EpochResult epoch_of(const nlohmann::json& json, const std::string& where);

}  // namespace cellwise::training
