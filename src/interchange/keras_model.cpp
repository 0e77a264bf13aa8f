#include "interchange/keras_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/error.h"

namespace cellwise::interchange {
namespace {

void add_cell(std::vector<VariablePlace>& places, const models::RecurrentOptions& layer, std::int64_t features,
              const std::string& name, const std::string& group) {
    const std::int64_t units = layer.hidden_size;
    const std::int64_t gates = gate_count(layer.cell) * units;
    const bool two_biases = layer.cell == Cell::gru && layer.gru_reset == models::GruReset::after;
    places.push_back({name + ".kernel", group, 0, {features, gates}});
    places.push_back({name + ".recurrent_kernel", group, 1, {units, gates}});
    places.push_back({name + ".bias", group, 2,
                      two_biases ? std::vector<std::int64_t>{2, gates} : std::vector<std::int64_t>{gates}});
}

}  // namespace

std::vector<VariablePlace> variable_places(const models::ClassifierOptions& options) {
    std::vector<VariablePlace> places;
    GroupNames names;
    std::int64_t features = options.embedding_size;
    places.push_back({"embedding.embeddings", "layers/embedding/vars", 0, {options.vocabulary_size, features}});
    const auto layers = options.recurrent_layers();
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto& layer = layers[i];
        const auto name = fmt::format("recurrent_{}", i);
        if (layer.bidirectional) {
            const auto group = "layers/" + names.next("bidirectional");
            add_cell(places, layer, features, name + ".forward", group + "/forward_layer/cell/vars");
            add_cell(places, layer, features, name + ".backward", group + "/backward_layer/cell/vars");
        } else {
            const auto group = "layers/" + names.next(std::string(cell_name(layer.cell)));
            add_cell(places, layer, features, name + ".forward", group + "/cell/vars");
        }
        features = layer.directions() * layer.hidden_size;
    }
    if (options.batch_norm) {
        std::int64_t index = 0;
        for (const auto* variable : {"gamma", "beta", "moving_mean", "moving_variance"}) {
            places.push_back(
                {fmt::format("batch_norm.{}", variable), "layers/batch_normalization/vars", index++, {features}});
        }
    }
    places.push_back({"dense.kernel", "layers/dense/vars", 0, {features, 1}});
    places.push_back({"dense.bias", "layers/dense/vars", 1, {1}});
    return places;
}

void set_recurrent_layers(models::ClassifierOptions& options, std::vector<models::RecurrentOptions> layers,
                          double dropout) {
    const auto& first = layers.front();
    options.cell = layers.back().cell;
    options.dropout = dropout;
    auto alike = first;
    alike.dropout = dropout;
    options.stack.clear();
    // The last layer's output has no next recurrent layer: its own dropout means nothing.
    layers.back().dropout = layers.size() > 1 ? 0 : dropout;
    auto compared = layers;
    compared.back().dropout = dropout;
    if (std::all_of(compared.begin(), compared.end(), [&](const auto& layer) { return layer == alike; })) {
        options.hidden_size = first.hidden_size;
        options.layers = static_cast<std::int64_t>(layers.size());
        options.bidirectional = first.bidirectional;
        options.gru_reset = first.gru_reset;
    } else {
        options.stack = std::move(layers);
    }
}

std::string conversion_note(const std::string& origin, const std::string& type) {
    return fmt::format("{}: its weights are {}, converted to float32{}", origin, type,
                       type == "float64" ? ": rounded to seven digits" : ", which holds all of their digits");
}

void subtract_outputs(KerasVariable& variable, const std::string& name) {
    auto& [shape, values] = variable;
    if (shape.empty() || shape.back() != 2) {
        throw DataError(fmt::format("{} has the shape [{}], two outputs need a last 2", name, fmt::join(shape, ", ")));
    }
    shape.back() = 1;
    std::vector<float> difference(values.size() / 2);
    for (std::size_t i = 0; i < difference.size(); ++i) difference[i] = values[2 * i + 1] - values[2 * i];
    values = std::move(difference);
}

std::string keras_class(Cell cell) {
    switch (cell) {
        case Cell::simple_rnn:
            return "SimpleRNN";
        case Cell::lstm:
            return "LSTM";
        case Cell::gru:
            return "GRU";
    }
    throw InternalError("keras_class: no such cell");
}

}  // namespace cellwise::interchange
