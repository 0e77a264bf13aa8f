#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "learning/checkpoint.h"

// The part of a checkpoint that is not tensors, as JSON. Numbers keep all their bits: they are written
// with as many digits as that takes.
namespace cellwise::learning {

[[nodiscard]] nlohmann::ordered_json checkpoint_state(const Fit& fit, const settings::Origin& origin);

/// Both throw DataError naming `where` and the key that is missing or wrong.
[[nodiscard]] settings::Origin origin_of(const nlohmann::json& state, const std::string& where);
/// `best`: the tensors of the best epoch, if there is one.
void restore_state(const nlohmann::json& state, std::map<std::string, torch::Tensor> best, Fit& fit,
                   const std::string& where);

}  // namespace cellwise::learning
