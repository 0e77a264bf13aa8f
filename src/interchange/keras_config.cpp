#include "interchange/keras_config.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "core/error.h"
#include "interchange/functional_chain.h"
#include "interchange/layer_config.h"
#include "interchange/recurrent_config.h"

namespace cellwise::interchange {
namespace {

using models::RecurrentOptions;

constexpr std::size_t most_layers = 64;

/// Layers that pass on what they are given when a model predicts.
bool is_noise_of_training(const std::string& name) {
    for (const auto* known : {"Dropout", "SpatialDropout1D", "GaussianDropout", "GaussianNoise", "AlphaDropout"}) {
        if (name == known) return true;
    }
    return false;
}

/// Reads the layers one after the other; each may stand only where the classifier has its place.
class ConfigReader {
public:
    ConfigReader(std::string origin, KerasDefaults defaults)
        : origin_(std::move(origin)), defaults_(std::move(defaults)) {}

    KerasModel read(const nlohmann::json& document) {
        for (const auto* layer : layers_of(document)) read_layer(*layer);
        require_complete();
        set_recurrent_layers(model_.options, std::move(layers_), dropout_);
        model_.options.batch_norm = has_batch_norm_;
        for (const auto& dtype : other_dtypes_) {
            model_.notes.push_back(fmt::format(
                "{}: made for {}, computed here in float32: probabilities can differ a little", origin_, dtype));
        }
        return std::move(model_);
    }

private:
    // What has been read so far; a layer may only come after those of an earlier stage.
    enum class Stage { nothing, input, embedding, recurrent, batch_norm, dropout, dense };

    std::vector<const nlohmann::json*> layers_of(const nlohmann::json& document) const {
        // Keras before 2.2.3 wrote a Sequential model's layers without an object around them.
        const bool is_bare = document.is_object() && document.contains("config") && document["config"].is_array() &&
                             document.contains("class_name") && document["class_name"] == "Sequential";
        const auto* list = is_bare ? &document["config"] : nullptr;
        if (!is_bare) {
            const LayerConfig model(document, origin_);
            const auto& name = model.class_name();
            if (name == "Functional" || name == "Model") return functional_chain(model.config(), origin_);
            if (name != "Sequential") {
                model.refuse("is neither a Sequential model nor a Functional one, which alone can be represented");
            }
            const auto found = model.config().find("layers");
            if (found == model.config().end() || !found->is_array()) model.refuse("has no list of layers");
            list = &*found;
        }
        if (list->size() > most_layers) throw DataError(fmt::format("{}: the model has too many layers", origin_));
        std::vector<const nlohmann::json*> layers;
        for (const auto& layer : *list) layers.push_back(&layer);
        return layers;
    }

    void advance(const LayerConfig& layer, Stage from, Stage last_allowed, Stage to) {
        if (stage_ < from || stage_ > last_allowed) {
            layer.refuse(
                "stands where it cannot be represented: the order is Embedding, recurrent layers, "
                "[BatchNormalization], [Dropout], Dense(1). Let Keras predict with this model");
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
        } else if (is_recurrent(name)) {
            add_recurrent(layer, read_recurrent(layer, recurrent_context()));
        } else if (name == "Bidirectional") {
            add_recurrent(layer, read_bidirectional(layer, recurrent_context()));
        } else if (name == "BatchNormalization") {
            read_batch_norm(layer);
        } else if (is_noise_of_training(name)) {
            read_noise(layer);
        } else if (name == "Dense") {
            read_dense(layer);
        } else {
            refuse_kind(layer);
        }
    }

    RecurrentContext recurrent_context() { return {origin_, defaults_, model_.notes, other_dtypes_}; }

    void read_dtype(LayerConfig& layer) {
        const auto dtype = layer.other_dtype();
        if (!dtype.empty()) other_dtypes_.insert(dtype);
    }

    void read_input(LayerConfig& layer) {
        advance(layer, Stage::nothing, Stage::nothing, Stage::input);
        read_shape(layer, {"batch_shape", "batch_input_shape"});
        layer.ignore({"dtype"});
        layer.finish();
    }

    void read_shape(LayerConfig& layer, std::initializer_list<const char*> keys) {
        layer.ignore(keys);
        for (const auto* key : keys) {
            if (layer.config().contains(key)) set_length(layer, layer.config()[key]);
        }
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
        read_dtype(layer);
        layer.note({"embeddings_regularizer", "activity_regularizer", "embeddings_constraint"}, model_.notes);
        read_shape(layer, {"batch_input_shape"});
        layer.ignore({"embeddings_initializer", "trainable", "input_length"});
        layer.finish();
    }

    void add_recurrent(const LayerConfig& layer, const RecurrentConfig& read) {
        if (!layers_.empty() && !last_returned_sequences_) {
            layer.refuse("follows a recurrent layer with return_sequences=False, which gives it nothing to read");
        }
        // A Dropout behind a recurrent layer belongs to it if another recurrent layer follows.
        const bool after_dropout = stage_ == Stage::dropout && last_returned_sequences_ && !has_batch_norm_;
        advance(layer, Stage::embedding, after_dropout ? Stage::dropout : Stage::recurrent, Stage::recurrent);
        if (!layers_.empty()) layers_.back().dropout = std::exchange(dropout_, 0.0);
        layers_.push_back(read.options);
        last_returned_sequences_ = read.returns_sequences;
    }

    void read_batch_norm(LayerConfig& layer) {
        if (stage_ == Stage::dropout && !has_batch_norm_ && dropout_ > 0) {
            model_.notes.push_back(
                fmt::format("{}: the Dropout({}) in front of it {}", layer.where(), dropout_, matters_to_training));
            dropout_ = 0;
            stage_ = Stage::recurrent;
        }
        advance(layer, Stage::recurrent, Stage::recurrent, Stage::batch_norm);
        has_batch_norm_ = true;
        if (layer.config().contains("axis") && layer.config()["axis"] != -1 && layer.config()["axis"] != 1 &&
            layer.config()["axis"] != nlohmann::json::array({1})) {
            layer.refuse_option("axis", layer.config()["axis"]);
        }
        if (layer.share("momentum", 0.99) != 0.99) {
            model_.notes.push_back(
                fmt::format("{}: momentum={} {}", layer.where(), layer.share("momentum", 0.99), matters_to_training));
        }
        layer.require_number("epsilon", 1e-3);
        layer.require("center", true);
        layer.require("scale", true);
        layer.require("renorm", false);  // then its momentum and clipping mean nothing
        read_dtype(layer);
        layer.note({"beta_regularizer", "gamma_regularizer", "beta_constraint", "gamma_constraint"}, model_.notes);
        layer.ignore({"axis", "renorm_momentum", "renorm_clipping", "synchronized", "beta_initializer",
                      "gamma_initializer", "moving_mean_initializer", "moving_variance_initializer", "trainable",
                      "batch_input_shape"});
        layer.finish();
    }

    /// A Dropout has a place behind a recurrent layer and before the dense layer; elsewhere only training would see it.
    void read_noise(LayerConfig& layer) {
        const bool has_place = layer.class_name() == "Dropout" && stage_ >= Stage::recurrent &&
                               stage_ <= Stage::batch_norm && dropout_ == 0;
        advance(layer, Stage::embedding, Stage::dropout, stage_);
        if (has_place) {
            stage_ = Stage::dropout;
            dropout_ = layer.share("rate", 0);
        } else if (layer.class_name() == "GaussianNoise") {
            layer.ignore({"stddev"});
            model_.notes.push_back(fmt::format("{}: {}", layer.where(), matters_to_training));
        } else {
            layer.note_share("rate", model_.notes);
        }
        read_dtype(layer);
        layer.ignore({"seed", "trainable", "batch_input_shape", "noise_shape"});
        layer.finish();
    }

    void read_dense(LayerConfig& layer) {
        advance(layer, Stage::recurrent, Stage::dropout, Stage::dense);
        const auto units = layer.size("units");
        const auto activation = layer.name_of("activation", "linear");
        if (units > 2) layer.refuse_option("units", units, 1);
        const auto* const wanted = units == 1 ? "sigmoid" : "softmax";
        if (activation != wanted) layer.refuse_option("activation", activation, wanted);
        if (units == 2) {
            model_.softmax_of_two = true;
            model_.notes.push_back(layer.where() +
                                   ": a softmax over two classes is read as the probability of the second");
        }
        layer.require("use_bias", true);
        read_dtype(layer);
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
            throw DataError(fmt::format(
                "{}: the model does not end with Dense(1, sigmoid): it cannot be represented. Let Keras predict "
                "with this model",
                origin_));
        }
    }

    std::string origin_;
    KerasDefaults defaults_;
    KerasModel model_;
    std::set<std::string> other_dtypes_;  // of the layers, where they are not float32
    std::vector<RecurrentOptions> layers_;
    Stage stage_ = Stage::nothing;
    bool last_returned_sequences_ = false;  // of the last one in layers_
    bool has_batch_norm_ = false;
    double dropout_ = 0;
};

}  // namespace

KerasModel parse_keras_config(const nlohmann::json& document, const std::string& origin,
                              const KerasDefaults& defaults) {
    return ConfigReader(origin, defaults).read(document);
}

}  // namespace cellwise::interchange
