#pragma once

#include <set>
#include <string>
#include <vector>

#include "interchange/keras_config.h"
#include "interchange/layer_config.h"
#include "models/options.h"

namespace cellwise::interchange {

/// One recurrent layer of a configuration.
struct RecurrentConfig {
    models::RecurrentOptions options;
    bool returns_sequences = false;
};

/// What reading one needs, and where it leaves what the user should know.
struct RecurrentContext {
    const std::string& origin;
    const KerasDefaults& defaults;
    std::vector<std::string>& notes;
    std::set<std::string>& other_dtypes;  ///< types that Keras would compute in, where they are not float32
};

/// SimpleRNN, LSTM or GRU.
[[nodiscard]] bool is_recurrent(const std::string& class_name);

/// A layer of these. Throws DataError for an option that cannot be represented.
[[nodiscard]] RecurrentConfig read_recurrent(LayerConfig& layer, const RecurrentContext& context,
                                             bool backwards = false);

/// A Bidirectional, whose two layers must be alike. Throws DataError as above.
[[nodiscard]] RecurrentConfig read_bidirectional(LayerConfig& layer, const RecurrentContext& context);

/// Refuses a layer of another kind, by name and with what can be done.
[[noreturn]] void refuse_kind(const LayerConfig& layer);

}  // namespace cellwise::interchange
