#include "interchange/keras2_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <utility>

#include "core/error.h"
#include "interchange/keras_inference.h"

namespace cellwise::interchange {
namespace {

using models::RecurrentOptions;

/// One direction's variables by their own names: kernel, recurrent_kernel, bias, ….
using LayerVariables = std::map<std::string, KerasVariable>;

struct Layer {
    std::string name;
    LayerVariables forward;
    LayerVariables backward;  ///< empty unless both directions are there
};

bool has_component(const std::string& path, std::string_view prefix) {
    for (std::size_t begin = 0; begin != std::string::npos;) {
        if (path.compare(begin, prefix.size(), prefix) == 0) return true;
        begin = path.find('/', begin);
        if (begin != std::string::npos) ++begin;
    }
    return false;
}

/// "kernel" of "lstm/lstm_cell/kernel:0".
std::string own_name(const std::string& path) {
    const auto name = path.substr(path.rfind('/') + 1);
    return name.substr(0, name.find(':'));
}

class Translation {
public:
    Translation(Keras2Content content, const std::string& origin) : content_(std::move(content)), origin_(origin) {}

    Keras2Weights translate() {
        for (const auto& name : content_.layers) {
            auto layer = take_layer(name);
            if (!layer.forward.empty()) add(layer);  // Dropout and the like have none
        }
        return std::move(result_);
    }

private:
    [[noreturn]] void refuse(const Layer& layer, const std::string& why) const {
        throw DataError(fmt::format("{}: layer '{}': {}", origin_, layer.name, why));
    }

    Layer take_layer(const std::string& name) {
        Layer layer{name, {}, {}};
        const auto prefix = name + "/";
        std::vector<std::string> paths;
        bool forwards = false;
        bool backwards = false;
        for (const auto& [path, variable] : content_.variables) {
            if (!path.starts_with(prefix)) continue;
            paths.push_back(path);
            const auto below = path.substr(prefix.size());
            forwards = forwards || has_component(below, "forward_");
            backwards = backwards || has_component(below, "backward_");
        }
        for (const auto& path : paths) {
            const bool is_backward = forwards && backwards && has_component(path.substr(prefix.size()), "backward_");
            auto& direction = is_backward ? layer.backward : layer.forward;
            if (!direction.emplace(own_name(path), std::move(content_.variables.at(path))).second) {
                refuse(layer, fmt::format("has two variables '{}': a model within a model cannot be represented",
                                          own_name(path)));
            }
        }
        return layer;
    }

    static bool has_only(const LayerVariables& variables, std::initializer_list<const char*> names) {
        if (variables.size() != names.size()) return false;
        for (const auto* name : names) {
            if (!variables.contains(name)) return false;
        }
        return true;
    }

    void add(Layer& layer) {
        auto& own = layer.forward;
        if (own.contains("recurrent_kernel")) return add_recurrent(layer);
        if (has_only(own, {"embeddings"})) return move_to(names_.next("embedding"), own, {"embeddings"});
        if (has_only(own, {"kernel", "bias"})) return move_to(names_.next("dense"), own, {"kernel", "bias"});
        if (has_only(own, {"gamma", "beta", "moving_mean", "moving_variance"})) {
            return move_to(names_.next("batch_normalization"), own,
                           {"gamma", "beta", "moving_mean", "moving_variance"});
        }
        std::vector<std::string> names;
        for (const auto& [name, variable] : own) names.push_back(name);
        refuse(layer, fmt::format("its variables ({}) are those of no layer that can be represented: Embedding, "
                                  "SimpleRNN, LSTM, GRU, BatchNormalization, Dense",
                                  fmt::join(names, ", ")));
    }

    void move_to(const std::string& group, LayerVariables& variables, std::initializer_list<const char*> order) {
        int index = 0;
        for (const auto* name : order) {
            result_.by_path[fmt::format("layers/{}/vars/{}", group, index++)] = std::move(variables.at(name));
        }
    }

    void add_recurrent(Layer& layer) {
        auto options = recurrent_options(layer, layer.forward);
        if (layer.backward.empty()) {
            move_to(names_.next(std::string(cell_name(options.cell))) + "/cell", layer.forward, cell_order);
        } else {
            if (recurrent_options(layer, layer.backward) != options) refuse(layer, "its two directions differ");
            options.bidirectional = true;
            const auto group = names_.next("bidirectional");
            move_to(group + "/forward_layer/cell", layer.forward, cell_order);
            move_to(group + "/backward_layer/cell", layer.backward, cell_order);
        }
        result_.stack.push_back(options);
    }

    RecurrentOptions recurrent_options(const Layer& layer, const LayerVariables& variables) const {
        if (!has_only(variables, cell_order)) refuse(layer, "use_bias=False cannot be represented");
        const auto& kernel = variables.at("kernel").shape;
        const auto& recurrent = variables.at("recurrent_kernel").shape;
        const auto& bias = variables.at("bias").shape;
        RecurrentOptions options;
        for (const auto cell : all_cells) {
            if (recurrent.size() != 2 || kernel.size() != 2 || recurrent[0] < 1 || kernel[1] != recurrent[1] ||
                recurrent[1] != gate_count(cell) * recurrent[0]) {
                continue;
            }
            options.cell = cell;
            options.hidden_size = recurrent[0];
            if (cell != Cell::simple_rnn && bias == std::vector<std::int64_t>{2 * recurrent[1]}) {
                refuse(layer, fmt::format("is a CuDNN{0}, whose weights stand in cuDNN's order: build the model with "
                                          "{0}(…, recurrent_activation='sigmoid'{1}) in Keras 2, load these weights "
                                          "and save it again",
                                          keras_class(cell), cell == Cell::gru ? ", reset_after=True" : ""));
            }
            if (cell == Cell::gru && bias.size() == 1) options.gru_reset = models::GruReset::before;
            return options;
        }
        refuse(layer, "its shapes are those of no known cell");
    }

    static constexpr std::initializer_list<const char*> cell_order{"kernel", "recurrent_kernel", "bias"};

    Keras2Content content_;
    std::string origin_;
    GroupNames names_;
    Keras2Weights result_;
};

}  // namespace

Keras2Weights as_keras3(Keras2Content content, const std::string& origin) {
    return Translation(std::move(content), origin).translate();
}

bool is_before_keras_2_3(const std::string& version) {
    int major = 0;
    int minor = 0;
    const auto* const end = version.data() + version.size();
    const auto [dot, error] = std::from_chars(version.data(), end, major);
    if (error != std::errc() || dot == end) return true;
    if (std::from_chars(dot + 1, end, minor).ec != std::errc()) return true;
    return major < 2 || (major == 2 && minor < 3);
}

KerasModel infer_keras2_model(const Keras2Weights& weights, const std::string& version, const std::string& origin) {
    const auto shape = [&](const std::string& path) {
        const auto found = weights.by_path.find(path);
        if (found == weights.by_path.end() || found->second.shape.size() != 2 || found->second.shape[0] < 1 ||
            found->second.shape[1] < 1) {
            throw DataError(fmt::format(
                "{}: weights of Keras 2 without the layers Embedding → SimpleRNN, LSTM or GRU → Dense(1): they cannot "
                "be represented",
                origin));
        }
        return found->second.shape;
    };
    if (weights.stack.empty()) static_cast<void>(shape("layers/lstm/cell/vars/0"));
    for (const auto& layer : weights.stack) {
        if (layer.cell != Cell::simple_rnn && is_before_keras_2_3(version)) {
            throw DataError(fmt::format(
                "{}: weights of Keras {}, whose {} used hard_sigmoid unless told otherwise: the file does not say "
                "which. Save the whole model there (model.save('model.h5')), which says it",
                origin, version.empty() ? "1" : version, keras_class(layer.cell)));
        }
    }
    KerasModel model;
    const auto embedding = shape("layers/embedding/vars/0");
    model.options.vocabulary_size = embedding[0];
    model.options.embedding_size = embedding[1];
    model.options.batch_norm = weights.by_path.contains("layers/batch_normalization/vars/0");
    model.softmax_of_two = shape("layers/dense/vars/0")[1] == 2;
    set_recurrent_layers(model.options, weights.stack, 0);
    model.notes.push_back(assumptions_of_weights(model));
    return model;
}

}  // namespace cellwise::interchange
