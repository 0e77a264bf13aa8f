#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "interchange/keras_config.h"

namespace cellwise::interchange {
namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson layer(const std::string& class_name, OrderedJson config) {
    return {{"module", "keras.layers"},
            {"class_name", class_name},
            {"config", std::move(config)},
            {"registered_name", nullptr}};
}

OrderedJson recurrent(const models::RecurrentOptions& options, const std::string& name, bool sequences,
                      bool backwards) {
    OrderedJson config{{"name", name},
                       {"dtype", "float32"},
                       {"units", options.hidden_size},
                       {"activation", "tanh"},
                       {"use_bias", true},
                       {"return_sequences", sequences},
                       {"go_backwards", backwards}};
    if (options.cell != Cell::simple_rnn) config["recurrent_activation"] = "sigmoid";
    if (options.cell == Cell::gru) config["reset_after"] = options.gru_reset == models::GruReset::after;
    return layer(keras_class(options.cell), std::move(config));
}

OrderedJson bidirectional(const models::RecurrentOptions& options, const std::string& name, bool sequences) {
    return layer("Bidirectional", {{"name", "bidirectional_" + name},
                                   {"dtype", "float32"},
                                   {"merge_mode", "concat"},
                                   {"layer", recurrent(options, "forward_" + name, sequences, false)},
                                   {"backward_layer", recurrent(options, "backward_" + name, sequences, true)}});
}

OrderedJson dropout(const std::string& name, double rate) {
    return layer("Dropout", {{"name", name}, {"dtype", "float32"}, {"rate", rate}});
}

}  // namespace

OrderedJson keras_config(const KerasModel& model) {
    const auto& options = model.options;
    OrderedJson layers = OrderedJson::array();
    layers.push_back(layer("InputLayer", {{"name", "ids"}, {"batch_shape", {nullptr, nullptr}}, {"dtype", "int32"}}));
    layers.push_back(layer("Embedding", {{"name", "embedding"},
                                         {"dtype", "float32"},
                                         {"input_dim", options.vocabulary_size},
                                         {"output_dim", options.embedding_size},
                                         {"mask_zero", false}}));
    const auto recurrent_layers = options.recurrent_layers();
    for (std::size_t i = 0; i < recurrent_layers.size(); ++i) {
        const auto& own = recurrent_layers[i];
        const bool is_last = i + 1 == recurrent_layers.size();
        const auto name = fmt::format("recurrent_{}", i);
        layers.push_back(own.bidirectional ? bidirectional(own, name, !is_last)
                                           : recurrent(own, name, !is_last, false));
        if (!is_last && own.dropout > 0) layers.push_back(dropout("dropout_" + name, own.dropout));
    }
    if (options.batch_norm) {
        layers.push_back(layer("BatchNormalization",
                               {{"name", "batch_norm"}, {"dtype", "float32"}, {"momentum", 0.99}, {"epsilon", 1e-3}}));
    }
    if (options.dropout > 0) layers.push_back(dropout("dropout", options.dropout));
    layers.push_back(
        layer("Dense",
              {{"name", "dense"}, {"dtype", "float32"}, {"units", 1}, {"activation", "sigmoid"}, {"use_bias", true}}));
    return {
        {"module", "keras"},
        {"class_name", "Sequential"},
        {"config", {{"name", "cellwise"}, {"trainable", true}, {"dtype", "float32"}, {"layers", std::move(layers)}}},
        {"registered_name", nullptr},
        {"build_config", {{"input_shape", {nullptr, nullptr}}}},
        {"compile_config", {{"optimizer", "adam"}, {"loss", "binary_crossentropy"}, {"metrics", {"accuracy"}}}}};
}

}  // namespace cellwise::interchange
