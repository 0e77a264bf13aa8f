#pragma once

#include <map>
#include <string>
#include <vector>

#include "interchange/keras_model.h"

namespace cellwise::interchange {

/// The model behind a file of weights without a configuration, from its arrays' paths and shapes: cells by
/// the number of gates, the order of the layers by the sizes that must fit. What shapes cannot tell is
/// assumed and said in `notes`: tanh and sigmoid, no masking, no Dropout, batch normalization with
/// epsilon 0.001 in front of the dense layer. `stack`: the recurrent layers if they are known, else empty.
/// Throws DataError naming `origin` and the group that
/// does not fit, or where two orders of the layers fit.
[[nodiscard]] KerasModel infer_keras_model(const std::map<std::string, KerasVariable>& by_path,
                                           const std::vector<models::RecurrentOptions>& stack,
                                           const std::string& origin);

/// What had to be assumed of a model that was told from weights alone, to be shown.
[[nodiscard]] std::string assumptions_of_weights(const KerasModel& model);

}  // namespace cellwise::interchange
