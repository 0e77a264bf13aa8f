#include "interchange/keras_layout.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <functional>
#include <utility>

#include "core/error.h"

namespace cellwise::interchange {
namespace {

/// Exchanges the first two of three blocks of rows: the GRU's z, r, h ↔ r, z, n. Others stay.
torch::Tensor exchange_gates(const torch::Tensor& rows, Cell cell) {
    if (cell != Cell::gru) return rows;
    const auto blocks = rows.chunk(3, 0);
    return torch::cat({blocks[1], blocks[0], blocks[2]}, 0);
}

struct CellVariable {
    std::string name;  // kernel, recurrent_kernel or bias
    torch::Tensor value;
};

torch::Tensor part_of(const torch::Tensor& weight, WeightPart part) {
    if (part == WeightPart::value) return weight.detach();
    if (!weight.grad().defined()) throw InternalError("a gradient was asked for before backward()");
    // The fused kernels leave the embedding's gradient sparse.
    return weight.grad().detach().to_dense();
}

void assign(torch::Tensor target, const torch::Tensor& value) {
    const torch::NoGradGuard no_grad;
    target.copy_(value);
}

void set_cell(const models::CellWeights& weights, Cell cell, bool two_biases, const torch::Tensor& kernel,
              const torch::Tensor& recurrent_kernel, const torch::Tensor& bias) {
    assign(weights.input, exchange_gates(kernel.t(), cell));
    assign(weights.recurrent, exchange_gates(recurrent_kernel.t(), cell));
    assign(weights.bias, exchange_gates(two_biases ? bias[0] : bias, cell));
    if (two_biases) assign(weights.recurrent_bias, exchange_gates(bias[1], cell));
}

torch::Tensor keras_bias(const models::CellWeights& weights, Cell cell, bool two_biases, WeightPart part) {
    const auto input = exchange_gates(part_of(weights.bias, part), cell);
    if (!two_biases) return input;
    return torch::stack({input, exchange_gates(part_of(weights.recurrent_bias, part), cell)});
}

std::string direction_name(std::size_t layer, std::int64_t direction) {
    return fmt::format("recurrent_{}.{}.", layer, direction == 0 ? "forward" : "backward");
}

}  // namespace

std::map<std::string, torch::Tensor> keras_layout(const models::Classifier& model, WeightPart part) {
    std::map<std::string, torch::Tensor> variables;
    variables["embedding.embeddings"] = part_of(model->embedding->weight, part);
    const auto layers = model->options().recurrent_layers();
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto& layer = model->recurrent[i];
        for (std::int64_t direction = 0; direction < layer->directions(); ++direction) {
            const auto weights = layer->weights(direction);
            const auto name = direction_name(i, direction);
            const Cell cell = layers[i].cell;
            variables[name + "kernel"] = exchange_gates(part_of(weights.input, part), cell).t();
            variables[name + "recurrent_kernel"] = exchange_gates(part_of(weights.recurrent, part), cell).t();
            variables[name + "bias"] = keras_bias(weights, cell, layer->two_biases(), part);
        }
    }
    if (model->batch_norm) {
        variables["batch_norm.gamma"] = part_of(model->batch_norm->weight, part);
        variables["batch_norm.beta"] = part_of(model->batch_norm->bias, part);
        if (part == WeightPart::value) {
            variables["batch_norm.moving_mean"] = model->batch_norm->running_mean.detach();
            variables["batch_norm.moving_variance"] = model->batch_norm->running_var.detach();
        }
    }
    variables["dense.kernel"] = part_of(model->dense->weight, part).t();
    variables["dense.bias"] = part_of(model->dense->bias, part);
    for (auto& [name, value] : variables) value = value.contiguous().clone();
    return variables;
}

void set_from_keras_layout(models::Classifier& model, const std::map<std::string, torch::Tensor>& variables) {
    for (const auto& place : variable_places(model->options())) {
        const auto found = variables.find(place.name);
        if (found == variables.end()) throw DataError(fmt::format("the variable '{}' is missing", place.name));
        if (found->second.sizes().vec() != place.shape) {
            throw DataError(fmt::format("the variable '{}' has the shape [{}], the model needs [{}]", place.name,
                                        fmt::join(found->second.sizes(), ", "), fmt::join(place.shape, ", ")));
        }
    }
    const auto value = [&](const std::string& name) { return variables.at(name); };
    assign(model->embedding->weight, value("embedding.embeddings"));
    const auto layers = model->options().recurrent_layers();
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto& layer = model->recurrent[i];
        for (std::int64_t direction = 0; direction < layer->directions(); ++direction) {
            const auto name = direction_name(i, direction);
            set_cell(layer->weights(direction), layers[i].cell, layer->two_biases(), value(name + "kernel"),
                     value(name + "recurrent_kernel"), value(name + "bias"));
        }
    }
    if (model->batch_norm) {
        assign(model->batch_norm->weight, value("batch_norm.gamma"));
        assign(model->batch_norm->bias, value("batch_norm.beta"));
        assign(model->batch_norm->running_mean, value("batch_norm.moving_mean"));
        assign(model->batch_norm->running_var, value("batch_norm.moving_variance"));
    }
    assign(model->dense->weight, value("dense.kernel").t());
    assign(model->dense->bias, value("dense.bias"));
}

models::Classifier classifier_of(const KerasModel& model) {
    models::Classifier classifier(model.options);
    std::map<std::string, torch::Tensor> variables;
    for (const auto& [name, variable] : model.variables) {
        variables[name] = torch::tensor(variable.values, torch::kFloat32).reshape(variable.shape);
    }
    set_from_keras_layout(classifier, variables);
    return classifier;
}

KerasModel keras_model_of(const models::Classifier& model, std::optional<std::int64_t> length) {
    KerasModel result;
    result.options = model->options();
    result.length = length;
    for (const auto& [name, value] : keras_layout(model, WeightPart::value)) {
        const auto tensor = value.to(torch::kCPU, torch::kFloat32).contiguous();
        const auto* begin = tensor.const_data_ptr<float>();
        result.variables[name] = {tensor.sizes().vec(), {begin, begin + tensor.numel()}};
    }
    return result;
}

}  // namespace cellwise::interchange
