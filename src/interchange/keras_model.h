#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/options.h"

namespace cellwise::interchange {

/// One array as Keras keeps it, row-major. Kernels are [in, gates·units]; gates in Keras's order
/// i, f, c, o or z, r, h; the bias of a GRU that resets after the product is [2, 3·units].
struct KerasVariable {
    std::vector<std::int64_t> shape;
    std::vector<float> values;
    bool operator==(const KerasVariable&) const = default;
};

/// A Keras model that Cellwise can represent: Embedding → SimpleRNN, LSTM or GRU (stacked,
/// Bidirectional) → [BatchNormalization] → [Dropout] → Dense(1, sigmoid).
struct KerasModel {
    models::ClassifierOptions options;
    std::optional<std::int64_t> length;  ///< words in a row, where the file says it

    /// By the names of models::Variable::keras_name: embedding.embeddings, recurrent_0.forward.kernel,
    /// .recurrent_kernel, .bias (backward. likewise), batch_norm.gamma, .beta, .moving_mean,
    /// .moving_variance, dense.kernel, dense.bias.
    std::map<std::string, KerasVariable> variables;

    /// The file's dense layer is a softmax over two classes. `variables` hold the difference of the two: sigmoid(b − a)
    /// is the second share of softmax(a, b).
    bool softmax_of_two = false;

    /// What the user should know: options that do not matter to predictions and are not kept, or what
    /// had to be assumed.
    std::vector<std::string> notes;
};

/// Where a variable stands in a file of weights.
struct VariablePlace {
    std::string name;                 ///< its key in KerasModel::variables
    std::string group;                ///< "layers/lstm/cell/vars"
    std::int64_t index = 0;           ///< its number in the group
    std::vector<std::int64_t> shape;  ///< what the model's sizes ask for

    [[nodiscard]] std::string path() const { return group + "/" + std::to_string(index); }
};

/// Names groups as Keras 3 does: gru, gru_1, gru_2.
class GroupNames {
public:
    std::string next(const std::string& layer_class) {
        const int count = counts_[layer_class]++;
        return count == 0 ? layer_class : layer_class + "_" + std::to_string(count);
    }

private:
    std::map<std::string, int> counts_;
};

/// The places of all variables of a model, in Keras's order. The groups are named after the layers'
/// CLASSES in snake case, with _1, _2 … for repeats, whatever the layers' own names.
[[nodiscard]] std::vector<VariablePlace> variable_places(const models::ClassifierOptions& options);

/// Sets the options' recurrent layers: the plain fields where all are alike, else `stack`.
/// `dropout` stands before the dense layer.
void set_recurrent_layers(models::ClassifierOptions& options, std::vector<models::RecurrentOptions> layers,
                          double dropout);

/// What to tell of weights of another type than float32: "float64", "float16", "bfloat16".
[[nodiscard]] std::string conversion_note(const std::string& origin, const std::string& type);

/// Puts the difference of two classes' outputs (second − first) in the place of both, in a kernel [in, 2] or a bias
/// [2]: see KerasModel::softmax_of_two. `name` is the variable's in messages. Throws DataError for another shape.
void subtract_outputs(KerasVariable& variable, const std::string& name);

/// The name of a cell's Keras class: SimpleRNN, LSTM, GRU.
[[nodiscard]] std::string keras_class(Cell cell);

}  // namespace cellwise::interchange
