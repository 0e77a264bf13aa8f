#include "interchange/keras_config.h"

#include <fmt/format.h>

#include <utility>

#include "core/error.h"
#include "interchange/layer_config.h"

namespace cellwise::interchange {
namespace {

using models::RecurrentOptions;

constexpr std::size_t most_layers = 64;

/// Reads the layers one after the other; each may stand only where the classifier has its place.
class ConfigReader {
public:
    explicit ConfigReader(std::string origin) : origin_(std::move(origin)) {}

    KerasModel read(const nlohmann::json& document) {
        LayerConfig model(document, origin_);
        if (model.class_name() != "Sequential")
            model.refuse("is not a Sequential model, which alone can be represented");
        const auto layers = model.config().find("layers");
        if (layers == model.config().end() || !layers->is_array()) model.refuse("has no list of layers");
        if (layers->size() > most_layers) model.refuse("has too many layers");
        for (const auto& layer : *layers) read_layer(layer);
        require_complete();
        set_recurrent_layers(model_.options, std::move(layers_), dropout_);
        model_.options.batch_norm = stage_reached(Stage::batch_norm) && has_batch_norm_;
        return std::move(model_);
    }

private:
    // What has been read so far; a layer may only come after those of an earlier stage.
    enum class Stage { nothing, input, embedding, recurrent, batch_norm, dropout, dense };

    [[nodiscard]] bool stage_reached(Stage stage) const { return stage_ >= stage; }

    void advance(const LayerConfig& layer, Stage from, Stage last_allowed, Stage to) {
        if (stage_ < from || stage_ > last_allowed) {
            layer.refuse(
                "stands where it cannot be represented: the order is Embedding, recurrent layers, "
                "[BatchNormalization], [Dropout], Dense(1)");
        }
        stage_ = to;
    }

    void read_layer(const nlohmann::json& json) {
        LayerConfig layer(json, origin_);
        const auto& name = layer.class_name();
        if (name == "InputLayer") {
            read_input(layer);
        } else if (name == "Embedding") {
            read_embedding(layer);
        } else if (name == "SimpleRNN" || name == "LSTM" || name == "GRU") {
            add_recurrent(layer, read_recurrent(layer, false));
        } else if (name == "Bidirectional") {
            read_bidirectional(layer);
        } else if (name == "BatchNormalization") {
            read_batch_norm(layer);
        } else if (name == "Dropout") {
            read_dropout(layer);
        } else if (name == "Dense") {
            read_dense(layer);
        } else {
            layer.refuse("layers of this kind cannot be represented");
        }
    }

    void read_input(LayerConfig& layer) {
        advance(layer, Stage::nothing, Stage::nothing, Stage::input);
        for (const auto* key : {"batch_shape", "batch_input_shape"}) {
            if (layer.config().contains(key)) set_length(layer, layer.config()[key]);
        }
        layer.ignore({"batch_shape", "batch_input_shape", "dtype"});
        layer.finish();
    }

    void set_length(const LayerConfig& layer, const nlohmann::json& shape) {
        const bool is_row =
            shape.is_array() && shape.size() == 2 &&
            (shape[1].is_null() || (shape[1].is_number_integer() && shape[1] > 0 && shape[1] <= 1'000'000));
        if (!is_row) layer.refuse_option("batch_shape", shape);
        if (!shape[1].is_null()) model_.length = shape[1].get<std::int64_t>();
    }

    void read_embedding(LayerConfig& layer) {
        advance(layer, Stage::nothing, Stage::input, Stage::embedding);
        model_.options.vocabulary_size = layer.size("input_dim");
        model_.options.embedding_size = layer.size("output_dim");
        layer.require("mask_zero", false);
        if (layer.config().contains("input_length") && layer.config()["input_length"].is_number_integer()) {
            model_.length = layer.size("input_length");
        }
        layer.require_float32();
        layer.note({"embeddings_regularizer", "activity_regularizer", "embeddings_constraint"}, model_.notes);
        layer.ignore({"embeddings_initializer", "trainable", "input_length", "batch_input_shape"});
        layer.finish();
    }

    /// The cell and its sizes; `backwards`: the layer of a Bidirectional that reads from the end.
    RecurrentOptions read_recurrent(LayerConfig& layer, bool backwards) {
        RecurrentOptions result;
        result.cell = layer.class_name() == "LSTM"  ? Cell::lstm
                      : layer.class_name() == "GRU" ? Cell::gru
                                                    : Cell::simple_rnn;
        result.hidden_size = layer.size("units");
        layer.require_name("activation", "tanh");
        if (result.cell != Cell::simple_rnn) layer.require_name("recurrent_activation", "sigmoid");
        if (result.cell == Cell::gru && !layer.flag("reset_after", true)) result.gru_reset = models::GruReset::before;
        returns_sequences_ = layer.flag("return_sequences", false);
        layer.require("go_backwards", backwards);
        layer.require("use_bias", true);
        for (const auto* key : {"return_state", "stateful", "time_major"}) layer.require(key, false);
        for (const auto* key : {"dropout", "recurrent_dropout"}) layer.require_number(key, 0);
        layer.require_float32();
        layer.note({"kernel_regularizer", "recurrent_regularizer", "bias_regularizer", "activity_regularizer",
                    "kernel_constraint", "recurrent_constraint", "bias_constraint"},
                   model_.notes);
        // zero_output_for_mask speaks of masks, which only mask_zero=True could make.
        layer.ignore({"zero_output_for_mask", "kernel_initializer", "recurrent_initializer", "bias_initializer",
                      "unit_forget_bias", "trainable", "unroll", "implementation", "seed", "batch_input_shape"});
        layer.finish();
        return result;
    }

    void read_bidirectional(LayerConfig& layer) {
        layer.require("merge_mode", "concat");
        layer.require_float32();
        if (!layer.config().contains("layer")) layer.refuse("lacks 'layer'");
        const auto direction = [&](const char* key, bool backwards) {
            LayerConfig inner(layer.config()[key], fmt::format("{}: in a Bidirectional", origin_));
            if (inner.class_name() != "SimpleRNN" && inner.class_name() != "LSTM" && inner.class_name() != "GRU") {
                inner.refuse("layers of this kind cannot be represented in a Bidirectional");
            }
            return read_recurrent(inner, backwards);
        };
        auto options = direction("layer", false);
        if (layer.config().contains("backward_layer")) {
            const bool sequences = returns_sequences_;
            if (direction("backward_layer", true) != options || returns_sequences_ != sequences) {
                layer.refuse("its two directions differ, which cannot be represented");
            }
        }
        options.bidirectional = true;
        layer.ignore({"layer", "backward_layer", "trainable", "batch_input_shape"});
        layer.finish();
        add_recurrent(layer, options);
    }

    void add_recurrent(const LayerConfig& layer, const RecurrentOptions& options) {
        if (!layers_.empty() && !last_returned_sequences_) {
            layer.refuse("follows a recurrent layer with return_sequences=False, which gives it nothing to read");
        }
        // A Dropout behind a recurrent layer belongs to it if another recurrent layer follows.
        const bool after_dropout = stage_ == Stage::dropout && last_returned_sequences_ && !has_batch_norm_;
        advance(layer, Stage::embedding, after_dropout ? Stage::dropout : Stage::recurrent, Stage::recurrent);
        if (!layers_.empty()) layers_.back().dropout = std::exchange(dropout_, 0.0);
        layers_.push_back(options);
        last_returned_sequences_ = returns_sequences_;
    }

    void read_batch_norm(LayerConfig& layer) {
        advance(layer, Stage::recurrent, Stage::recurrent, Stage::batch_norm);
        has_batch_norm_ = true;
        if (layer.config().contains("axis") && layer.config()["axis"] != -1 && layer.config()["axis"] != 1 &&
            layer.config()["axis"] != nlohmann::json::array({1})) {
            layer.refuse_option("axis", layer.config()["axis"]);
        }
        layer.require_number("momentum", 0.99);
        layer.require_number("epsilon", 1e-3);
        layer.require("center", true);
        layer.require("scale", true);
        layer.require("renorm", false);  // then its momentum and clipping mean nothing
        layer.require_float32();
        layer.note({"beta_regularizer", "gamma_regularizer", "beta_constraint", "gamma_constraint"}, model_.notes);
        layer.ignore({"axis", "renorm_momentum", "renorm_clipping", "synchronized", "beta_initializer",
                      "gamma_initializer", "moving_mean_initializer", "moving_variance_initializer", "trainable",
                      "batch_input_shape"});
        layer.finish();
    }

    void read_dropout(LayerConfig& layer) {
        advance(layer, Stage::recurrent, Stage::batch_norm, Stage::dropout);
        dropout_ = layer.share("rate", 0);
        layer.require_float32();
        layer.ignore({"seed", "trainable", "batch_input_shape"});
        layer.finish();
    }

    void read_dense(LayerConfig& layer) {
        advance(layer, Stage::recurrent, Stage::dropout, Stage::dense);
        if (layer.size("units") != 1) layer.refuse_option("units", layer.config()["units"]);
        layer.require_name("activation", "sigmoid");
        if (!layer.config().contains("activation")) layer.refuse("activation=linear cannot be represented");
        layer.require("use_bias", true);
        layer.require_float32();
        layer.note(
            {"kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint", "bias_constraint"},
            model_.notes);
        layer.ignore({"kernel_initializer", "bias_initializer", "trainable", "batch_input_shape"});
        layer.finish();
        if (last_returned_sequences_) {
            layer.refuse("follows a recurrent layer with return_sequences=True, which cannot be represented");
        }
    }

    void require_complete() const {
        if (stage_ != Stage::dense) {
            throw DataError(
                fmt::format("{}: the model does not end with Dense(1, sigmoid): it cannot be represented", origin_));
        }
    }

    std::string origin_;
    KerasModel model_;
    std::vector<RecurrentOptions> layers_;
    Stage stage_ = Stage::nothing;
    bool returns_sequences_ = false;        // of the layer that was read last
    bool last_returned_sequences_ = false;  // of the last one in layers_
    bool has_batch_norm_ = false;
    double dropout_ = 0;
};

}  // namespace

KerasModel parse_keras_config(const nlohmann::json& document, const std::string& origin) {
    return ConfigReader(origin).read(document);
}

}  // namespace cellwise::interchange
