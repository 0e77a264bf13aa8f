#include "interchange/recurrent_config.h"

#include <fmt/format.h>

namespace cellwise::interchange {
namespace {

void read_dtype(LayerConfig& layer, const RecurrentContext& context) {
    const auto dtype = layer.other_dtype();
    if (!dtype.empty()) context.other_dtypes.insert(dtype);
}

}  // namespace

bool is_recurrent(const std::string& class_name) {
    return class_name == "SimpleRNN" || class_name == "LSTM" || class_name == "GRU";
}

RecurrentConfig read_recurrent(LayerConfig& layer, const RecurrentContext& context, bool backwards) {
    RecurrentConfig result;
    auto& options = result.options;
    options.cell = layer.class_name() == "LSTM"  ? Cell::lstm
                   : layer.class_name() == "GRU" ? Cell::gru
                                                 : Cell::simple_rnn;
    options.hidden_size = layer.size("units");
    layer.require_name("activation", "tanh");
    if (options.cell != Cell::simple_rnn) {
        const auto activation = layer.name_of("recurrent_activation", context.defaults.recurrent_activation);
        if (activation != "sigmoid") layer.refuse_option("recurrent_activation", activation, "sigmoid");
    }
    if (options.cell == Cell::gru && !layer.flag("reset_after", context.defaults.reset_after)) {
        options.gru_reset = models::GruReset::before;
    }
    result.returns_sequences = layer.flag("return_sequences", false);
    layer.require("go_backwards", backwards);
    layer.require("use_bias", true);
    for (const auto* key : {"return_state", "stateful", "time_major"}) layer.require(key, false);
    for (const auto* key : {"dropout", "recurrent_dropout"}) layer.note_share(key, context.notes);
    read_dtype(layer, context);
    layer.note({"kernel_regularizer", "recurrent_regularizer", "bias_regularizer", "activity_regularizer",
                "kernel_constraint", "recurrent_constraint", "bias_constraint"},
               context.notes);
    // zero_output_for_mask speaks of masks, which only mask_zero=True could make.
    layer.ignore({"zero_output_for_mask", "kernel_initializer", "recurrent_initializer", "bias_initializer",
                  "unit_forget_bias", "trainable", "unroll", "implementation", "seed", "batch_input_shape"});
    layer.finish();
    return result;
}

RecurrentConfig read_bidirectional(LayerConfig& layer, const RecurrentContext& context) {
    layer.require("merge_mode", "concat");
    read_dtype(layer, context);
    if (!layer.config().contains("layer")) layer.refuse("lacks 'layer'");
    const auto direction = [&](const char* key, bool backwards) {
        LayerConfig inner(layer.config()[key], fmt::format("{}: in a Bidirectional", context.origin));
        if (!is_recurrent(inner.class_name())) refuse_kind(inner);
        return read_recurrent(inner, context, backwards);
    };
    auto result = direction("layer", false);
    if (layer.config().contains("backward_layer")) {
        const auto other = direction("backward_layer", true);
        if (other.options != result.options || other.returns_sequences != result.returns_sequences) {
            layer.refuse("its two directions differ, which cannot be represented. Let Keras predict with this model");
        }
    }
    result.options.bidirectional = true;
    layer.ignore({"layer", "backward_layer", "trainable", "batch_input_shape"});
    layer.finish();
    return result;
}

void refuse_kind(const LayerConfig& layer) {
    const auto& name = layer.class_name();
    if (name == "CuDNNLSTM" || name == "CuDNNGRU") {
        const auto cell = name.substr(5);
        layer.refuse(
            fmt::format("its weights stand in cuDNN's order, which cannot be represented: build the model with {}(…, "
                        "recurrent_activation='sigmoid'{}) in Keras 2, load these weights and save it again",
                        cell, cell == "GRU" ? ", reset_after=True" : ""));
    }
    layer.refuse(
        "layers of this kind cannot be represented, only Embedding, SimpleRNN, LSTM, GRU, Bidirectional, "
        "BatchNormalization, Dropout and a last Dense(1). Let Keras predict with this model");
}

}  // namespace cellwise::interchange
