#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "interchange/keras_model.h"

namespace cellwise::interchange {

/// What an option is where a configuration does not name it.
struct KerasDefaults {
    std::string recurrent_activation = "sigmoid";
    bool reset_after = true;
};

/// The model that a .keras file's config.json or a Keras 2 file's model_config describes, still without variables: a
/// Sequential model, or a Functional one that is a chain. What matters to training alone (dropout within a cell or
/// behind the embedding, regularizers, …) is named in the model's notes. Throws DataError naming `origin`, the layer
/// and the option that Cellwise cannot represent, and what would be: a layer of another kind or in another place,
/// mask_zero, go_backwards, stateful, return_sequences where it does not belong, use_bias=False, other activations,
/// types, merge modes, ….
[[nodiscard]] KerasModel parse_keras_config(const nlohmann::json& document, const std::string& origin,
                                            const KerasDefaults& defaults = {});

/// The config.json of a model, for keras.models.load_model.
[[nodiscard]] nlohmann::ordered_json keras_config(const KerasModel& model);

}  // namespace cellwise::interchange
