#include "interchange/pytorch_state.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "core/error.h"
#include "interchange/pytorch_modules.h"

namespace cellwise::interchange {
namespace {

using models::RecurrentOptions;

bool is_alike(const RecurrentOptions& one, const RecurrentOptions& other) {
    return one.cell == other.cell && one.hidden_size == other.hidden_size && one.bidirectional == other.bidirectional;
}

/// The layers in an order in which each reads what the one before gives, by their names where two fit; those of one
/// module stay in their own order. With `stack` each must be as it says. Fewer than all where nothing fits.
std::vector<const PytorchLayer*> chain_of(const std::vector<PytorchLayer>& layers, std::int64_t features,
                                          const std::vector<RecurrentOptions>& stack) {
    std::vector<const PytorchLayer*> left;
    for (const auto& layer : layers) left.push_back(&layer);
    std::vector<const PytorchLayer*> chain;
    while (!left.empty()) {
        if (!stack.empty() && chain.size() == stack.size()) break;
        const auto next = std::find_if(left.begin(), left.end(), [&](const auto* layer) {
            const bool is_first = std::none_of(left.begin(), left.end(), [&](const auto* other) {
                return other->module == layer->module && other->number < layer->number;
            });
            return is_first && layer->features == features &&
                   (stack.empty() || is_alike(layer->options, stack[chain.size()]));
        });
        if (next == left.end()) break;
        chain.push_back(*next);
        features = (*next)->options.directions() * (*next)->options.hidden_size;
        left.erase(next);
    }
    return chain;
}

std::string stack_text(const std::vector<const PytorchLayer*>& chain) {
    std::vector<std::string> layers;
    for (const auto* layer : chain) layers.push_back(models::format_layer(layer->options));
    return fmt::format("{}", fmt::join(layers, ","));
}

/// Row-major [rows, columns] as [columns, rows].
KerasVariable transposed(const KerasVariable& weight) {
    const auto rows = static_cast<std::size_t>(weight.shape[0]);
    const auto columns = static_cast<std::size_t>(weight.shape[1]);
    KerasVariable result{{weight.shape[1], weight.shape[0]}, std::vector<float>(weight.values.size())};
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
            result.values[column * rows + row] = weight.values[row * columns + column];
        }
    }
    return result;
}

/// PyTorch's r, z, n as Keras's z, r, h: the first two of three blocks of rows change places. Others stay.
KerasVariable in_keras_order(KerasVariable variable, Cell cell) {
    if (cell != Cell::gru) return variable;
    const auto block = static_cast<std::ptrdiff_t>(variable.values.size() / 3);
    std::swap_ranges(variable.values.begin(), variable.values.begin() + block, variable.values.begin() + block);
    return variable;
}

KerasVariable bias_of(const PytorchCell& cell, const RecurrentOptions& options) {
    const auto rows = gate_count(options.cell) * options.hidden_size;
    const KerasVariable none{{rows}, std::vector<float>(static_cast<std::size_t>(rows), 0.0F)};
    const auto part = [&](const char* name) {
        return in_keras_order(cell.contains(name) ? cell.at(name) : none, options.cell);
    };
    auto input = part("bias_ih");
    const auto recurrent = part("bias_hh");
    if (options.cell == Cell::gru) {  // two biases, one below the other
        input.values.insert(input.values.end(), recurrent.values.begin(), recurrent.values.end());
        return {{2, rows}, std::move(input.values)};
    }
    for (std::size_t i = 0; i < input.values.size(); ++i) input.values[i] += recurrent.values[i];
    return input;
}

void add_cell(KerasModel& model, const std::string& name, const PytorchCell& cell, const RecurrentOptions& options) {
    model.variables[name + ".kernel"] = transposed(in_keras_order(cell.at("weight_ih"), options.cell));
    model.variables[name + ".recurrent_kernel"] = transposed(in_keras_order(cell.at("weight_hh"), options.cell));
    model.variables[name + ".bias"] = bias_of(cell, options);
}

void add_dense(KerasModel& model, PytorchModules& modules) {
    auto kernel = transposed(modules.linear_weight);
    auto bias = std::move(modules.linear_bias);
    const auto outputs = kernel.shape[1];
    if (bias.shape.empty()) bias = {{outputs}, std::vector<float>(static_cast<std::size_t>(outputs), 0.0F)};
    model.softmax_of_two = outputs == 2;
    if (model.softmax_of_two) {
        subtract_outputs(kernel, "nn.Linear's weight");
        subtract_outputs(bias, "nn.Linear's bias");
    }
    model.variables["dense.kernel"] = std::move(kernel);
    model.variables["dense.bias"] = std::move(bias);
}

void add_batch_norm(KerasModel& model, PytorchModules& modules) {
    if (modules.batch_norm.empty()) return;
    model.options.batch_norm = true;
    constexpr std::array<std::pair<const char*, const char*>, 4> names{
        {{"gamma", "weight"}, {"beta", "bias"}, {"moving_mean", "running_mean"}, {"moving_variance", "running_var"}}};
    for (const auto& [keras, pytorch] : names) {
        model.variables[fmt::format("batch_norm.{}", keras)] = std::move(modules.batch_norm.at(pytorch));
    }
}

std::string assumptions(const KerasModel& model, const std::string& origin) {
    return fmt::format(
        "{}: a state_dict does not say what its modules compute: taken as PyTorch's defaults (tanh in "
        "nn.RNN, no packed sequences), the last hidden state, then {}",
        origin, model.softmax_of_two ? "a softmax, whose second share is a positive review" : "a sigmoid");
}

}  // namespace

KerasModel pytorch_model(const std::vector<StoredTensor>& tensors, const std::vector<RecurrentOptions>& stack,
                         const std::string& origin) {
    auto modules = take_apart(tensors, origin);
    const auto features = modules.embedding.shape[1];
    const auto suggested = chain_of(modules.layers, features, {});
    const bool all_fit = suggested.size() == modules.layers.size();
    if (stack.empty()) {
        if (!all_fit) {
            throw DataError(
                fmt::format("{}: its recurrent layers do not read one another: they cannot be represented", origin));
        }
        throw UsageError(
            fmt::format("{} holds the tensors of a PyTorch model, but not how its layers are put together: say it, "
                        "as it seems with --stack {}",
                        origin, stack_text(suggested)));
    }
    for (const auto& layer : stack) {
        if (layer.cell == Cell::gru && layer.gru_reset == models::GruReset::before) {
            throw UsageError("--stack: torch.nn.GRU resets after the product: leave :before out");
        }
    }
    const auto chain = chain_of(modules.layers, features, stack);
    if (chain.size() != modules.layers.size() || chain.size() != stack.size()) {
        throw DataError(fmt::format("{}: --stack does not fit its tensors{}", origin,
                                    all_fit ? ", which look like " + stack_text(suggested) : std::string()));
    }
    KerasModel model;
    model.options.vocabulary_size = modules.embedding.shape[0];
    model.options.embedding_size = features;
    set_recurrent_layers(model.options, stack, 0);
    model.variables["embedding.embeddings"] = std::move(modules.embedding);
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const auto name = fmt::format("recurrent_{}", i);
        add_cell(model, name + ".forward", chain[i]->forward, chain[i]->options);
        if (chain[i]->options.bidirectional) add_cell(model, name + ".backward", chain[i]->backward, chain[i]->options);
    }
    add_batch_norm(model, modules);
    add_dense(model, modules);
    for (const auto& place : variable_places(model.options)) {
        const auto& shape = model.variables.at(place.name).shape;
        if (shape == place.shape) continue;
        throw DataError(fmt::format("{}: {} has the shape [{}], the layers need [{}]", origin, place.name,
                                    fmt::join(shape, ", "), fmt::join(place.shape, ", ")));
    }
    model.notes.push_back(assumptions(model, origin));
    for (const auto& type : modules.other_types) model.notes.push_back(conversion_note(origin, type));
    return model;
}

KerasModel read_pytorch_state(const std::filesystem::path& path, const std::vector<RecurrentOptions>& stack) {
    return pytorch_model(read_safetensors(path).tensors, stack, fmt::format("'{}'", path.string()));
}

bool is_safetensors(const std::filesystem::path& path) {
    std::error_code code;
    if (!std::filesystem::is_regular_file(path, code)) return false;
    std::ifstream file(path, std::ios::binary);
    std::array<char, 9> start{};
    file.read(start.data(), start.size());
    // The header's length in eight bytes, little-endian and below 100 MB, then the header, an object.
    return file.gcount() == 9 && start[8] == '{' && start[4] == 0 && start[5] == 0 && start[6] == 0 && start[7] == 0;
}

}  // namespace cellwise::interchange
