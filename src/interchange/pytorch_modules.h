#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/safetensors.h"
#include "interchange/keras_model.h"

namespace cellwise::interchange {

/// The tensors of one direction of one layer of an nn.RNN, nn.LSTM or nn.GRU, by "weight_ih", "weight_hh", "bias_ih"
/// and "bias_hh"; no biases with bias=False.
using PytorchCell = std::map<std::string, KerasVariable>;

/// One layer of a recurrent module.
struct PytorchLayer {
    std::string module;       ///< "module.lstm"
    std::int64_t number = 0;  ///< within its module
    models::RecurrentOptions options;
    std::int64_t features = 0;  ///< what it reads
    PytorchCell forward;
    PytorchCell backward;  ///< empty unless bidirectional
};

/// A state_dict taken apart into the modules that a classifier is made of.
struct PytorchModules {
    std::vector<PytorchLayer> layers;                 ///< in the natural order of the modules' names, then by number
    KerasVariable embedding;                          ///< [vocabulary, features]
    KerasVariable linear_weight;                      ///< [outputs, features]
    KerasVariable linear_bias;                        ///< [outputs]; empty shape with bias=False
    std::map<std::string, KerasVariable> batch_norm;  ///< weight, bias, running_mean, running_var; or empty
    std::set<std::string> other_types;                ///< types that were converted to float32
};

/// Takes them apart by their tensors' names and shapes. Throws DataError naming `origin` and the tensor or module that
/// a classifier cannot have: another kind of module, a second nn.Linear or nn.Embedding, proj_size, values that are
/// not finite.
[[nodiscard]] PytorchModules take_apart(const std::vector<StoredTensor>& tensors, const std::string& origin);

}  // namespace cellwise::interchange
