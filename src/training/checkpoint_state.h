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
/// `best`: the tensors of the best epoch, if there is one.
void restore_state(const nlohmann::json& state, std::map<std::string, torch::Tensor> best, Fit& fit,
                   const std::string& where);

/// One epoch as in metrics.jsonl, and back. `validation`: what the validation figures are called:
/// "validation" where reviews are held out, "test" where the test split validates.
[[nodiscard]] nlohmann::ordered_json epoch_json(const EpochResult& epoch, const std::string& validation);
[[nodiscard]] EpochResult epoch_of(const nlohmann::json& json, const std::string& where);

}  // namespace cellwise::training
