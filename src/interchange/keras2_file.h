#pragma once

#include <map>
#include <string>
#include <vector>

#include "interchange/keras_model.h"

namespace cellwise::interchange {

/// What Keras 2 keeps in an HDF5 file (model.save("m.h5") and model.save_weights), as it stands there.
struct Keras2Content {
    std::string config;               ///< model_config's JSON; empty in a file of weights
    std::string version;              ///< keras_version: "2.15.0", "2.2.4-tf"; empty where it is missing
    std::vector<std::string> layers;  ///< the layers' names, first to last
    /// By layer and name: "lstm/lstm_1/lstm_cell/kernel:0" below the layer lstm.
    std::map<std::string, KerasVariable> variables;
};

/// The same variables under the paths that Keras 3 gives them ("layers/lstm/cell/vars/0"). What a layer is, its
/// variables' names and shapes say. Throws DataError naming `origin` and the layer: a layer of another kind, or one
/// that ran on cuDNN (CuDNNLSTM, CuDNNGRU), whose weights stand in another order.
struct Keras2Weights {
    std::map<std::string, KerasVariable> by_path;
    std::vector<models::RecurrentOptions> stack;  ///< the recurrent layers, first to last
};
[[nodiscard]] Keras2Weights as_keras3(Keras2Content content, const std::string& origin);

/// Before Keras 2.3 the gates of LSTM and GRU were hard_sigmoid unless a model said otherwise, and GRU reset before
/// the product. An empty version counts as such a one.
[[nodiscard]] bool is_before_keras_2_3(const std::string& version);

/// The model behind a file of weights of Keras 2, without its variables: the layers follow from names and shapes, in
/// the file's order. Throws DataError where the activations of its gates cannot be known.
[[nodiscard]] KerasModel infer_keras2_model(const Keras2Weights& weights, const std::string& version,
                                            const std::string& origin);

}  // namespace cellwise::interchange
