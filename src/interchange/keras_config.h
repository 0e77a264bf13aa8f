#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "interchange/keras_model.h"

namespace cellwise::interchange {

/// The model that a .keras file's config.json describes, still without variables. Throws DataError
/// naming `origin`, the layer and the option that Cellwise cannot represent: a layer of another kind or
/// in another place, mask_zero, go_backwards, stateful, return_sequences where it does not belong,
/// dropout within a cell, use_bias=False, other activations, types, merge modes, ….
[[nodiscard]] KerasModel parse_keras_config(const nlohmann::json& document, const std::string& origin);

/// The config.json of a model, for keras.models.load_model.
[[nodiscard]] nlohmann::ordered_json keras_config(const KerasModel& model);

}  // namespace cellwise::interchange
