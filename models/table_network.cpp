#include "models/table_network.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "models/initialization.h"

namespace cellwise::models {
namespace {

torch::nn::Linear dense(std::int64_t in, std::int64_t out, Random& random) {
    torch::nn::Linear layer(in, out);
    fill_glorot_uniform(layer->weight, in, out, random);
    torch::nn::init::zeros_(layer->bias);
    return layer;
}

constexpr std::int64_t neighbours = 3;

torch::nn::Conv1d convolution(std::int64_t in, std::int64_t out, Random& random) {
    torch::nn::Conv1d layer(torch::nn::Conv1dOptions(in, out, neighbours).padding(neighbours / 2));
    fill_glorot_uniform(layer->weight, neighbours * in, neighbours * out, random);
    torch::nn::init::zeros_(layer->bias);
    return layer;
}

/// The layer as one matrix product: LibTorch's own convolution takes several times as long for such short sequences.
/// sequence: [batch, steps, in]. Returns [batch, steps, out].
torch::Tensor convolved(const torch::nn::Conv1d& layer, const torch::Tensor& sequence) {
    const auto steps = sequence.size(1);
    const auto edge = sequence.new_zeros({sequence.size(0), neighbours / 2, sequence.size(2)});
    const auto padded = torch::cat({edge, sequence, edge}, 1);
    std::vector<torch::Tensor> shifted;
    for (std::int64_t shift = 0; shift < neighbours; ++shift) shifted.push_back(padded.narrow(1, shift, steps));
    const auto weight = layer->weight.permute({0, 2, 1}).flatten(1);  // [out, neighbours·in]
    return torch::linear(torch::cat(shifted, 2), weight, layer->bias);
}

Dropout dropout_of(const TableNetworkOptions& options, std::uint64_t seed) {
    return Dropout(options.dropout, Random(seed, "dropout").bits());
}

/// The number of features of each step.
std::vector<std::int64_t> widths_of(const TableNetworkOptions& options) {
    std::vector<std::int64_t> widths(static_cast<std::size_t>(options.step_count()));
    for (const auto step : options.steps) ++widths[static_cast<std::size_t>(step)];
    return widths;
}

}  // namespace

std::string_view table_architecture_name(TableArchitecture architecture) {
    constexpr std::string_view names[] = {"mlp", "cnn", "lstm"};
    return names[static_cast<int>(architecture)];
}

void TableNetworkOptions::validate() const {
    const auto require = [](bool holds, const char* what) {
        if (!holds) throw InternalError(fmt::format("a table's network: {}", what));
    };
    require(features >= 1 && outputs >= 1 && step_size >= 1 && hidden_size >= 1, "a size is below 1");
    require(dropout >= 0 && dropout < 1, "dropout is outside [0, 1)");
    if (architecture == TableArchitecture::mlp) {
        require(steps.empty(), "an MLP reads no steps");
        return;
    }
    require(static_cast<std::int64_t>(steps.size()) == features, "every feature needs a step");
    std::int64_t before = -1;
    for (const auto step : steps) {
        require(step == before || step == before + 1, "the steps are not ascending from 0");
        require(step >= 0, "the steps are not ascending from 0");
        before = step;
    }
}

TableStepsImpl::TableStepsImpl(const TableNetworkOptions& options, Random& random) : features_(options.features) {
    const auto widths = widths_of(options);
    const auto count = options.step_count(), width = *std::max_element(widths.begin(), widths.end());
    weight = register_parameter("weight", torch::zeros({count, width, options.step_size}));
    bias = register_parameter("bias", torch::zeros({count, 1, options.step_size}));
    places_ = torch::full({count, width}, features_, torch::kInt64);
    const torch::NoGradGuard no_grad;
    const double limit = 1 / std::sqrt(static_cast<double>(options.step_size));
    for (std::int64_t step = 0, feature = 0; step < count; ++step) {
        const auto own = widths[static_cast<std::size_t>(step)];
        places_[step].narrow(0, 0, own).copy_(torch::arange(feature, feature + own));
        fill_uniform(weight[step].narrow(0, 0, own), limit, random);
        fill_uniform(bias[step], limit, random);
        feature += own;
    }
    places_ = places_.flatten();
}

torch::Tensor TableStepsImpl::forward(const torch::Tensor& features) {
    const auto zero = torch::zeros({features.size(0), 1}, features.options());
    const auto read = torch::cat({features, zero}, 1).index_select(1, places_);  // [batch, steps·width]
    const auto by_step = read.view({features.size(0), weight.size(0), weight.size(1)}).transpose(0, 1);
    return torch::baddbmm(bias, by_step, weight).transpose(0, 1);
}

std::vector<Variable> TableNetworkImpl::variables() const {
    std::vector<Variable> variables;
    for (const auto& item : named_parameters()) {
        if (!item.value().requires_grad()) continue;  // the second bias of a recurrent layer
        variables.push_back({item.key(), item.value(), item.key(), item.value().dim() > 1});
    }
    return variables;
}

TableMlpImpl::TableMlpImpl(const TableNetworkOptions& options, std::uint64_t seed) : TableNetworkImpl(options) {
    Random random(seed, "weights");
    first = register_module("first", dense(options.features, options.hidden_size, random));
    second = register_module("second", dense(options.hidden_size, options.hidden_size, random));
    output = register_module("output", dense(options.hidden_size, options.outputs, random));
    dropout = register_module("dropout", dropout_of(options, seed));
}

torch::Tensor TableMlpImpl::forward(const torch::Tensor& features) {
    const auto hidden = dropout->forward(torch::silu(first->forward(features)));
    return output->forward(dropout->forward(torch::silu(second->forward(hidden))));
}

TableCnnImpl::TableCnnImpl(const TableNetworkOptions& options, std::uint64_t seed) : TableNetworkImpl(options) {
    Random random(seed, "weights");
    steps = register_module("steps", TableSteps(options, random));
    first = register_module("first", convolution(options.step_size, options.hidden_size, random));
    second = register_module("second", convolution(options.hidden_size, options.hidden_size, random));
    output = register_module("output", dense(options.hidden_size, options.outputs, random));
    dropout = register_module("dropout", dropout_of(options, seed));
}

torch::Tensor TableCnnImpl::forward(const torch::Tensor& features) {
    const auto hidden = torch::silu(convolved(second, torch::silu(convolved(first, steps->forward(features)))));
    return output->forward(dropout->forward(hidden.mean(1)));
}

TableLstmImpl::TableLstmImpl(const TableNetworkOptions& options, std::uint64_t seed) : TableNetworkImpl(options) {
    Random random(seed, "weights");
    steps = register_module("steps", TableSteps(options, random));
    ClassifierOptions cell;
    cell.cell = Cell::lstm;
    cell.hidden_size = options.hidden_size;
    recurrent = register_module("recurrent", RecurrentLayer(cell, options.step_size, random));
    output = register_module("output", dense(options.hidden_size, options.outputs, random));
    dropout = register_module("dropout", dropout_of(options, seed));
}

torch::Tensor TableLstmImpl::forward(const torch::Tensor& features) {
    return output->forward(dropout->forward(recurrent->last_state(steps->forward(features))));
}

void TableLstmImpl::compute_with(const std::shared_ptr<engine::ThreadPool>& pool) { recurrent->compute_with(pool); }

std::shared_ptr<TableNetworkImpl> make_table_network(const TableNetworkOptions& options, std::uint64_t seed) {
    switch (options.architecture) {
        case TableArchitecture::mlp:
            return std::make_shared<TableMlpImpl>(options, seed);
        case TableArchitecture::cnn:
            return std::make_shared<TableCnnImpl>(options, seed);
        case TableArchitecture::lstm:
            return std::make_shared<TableLstmImpl>(options, seed);
    }
    throw InternalError("there is no such network for tables");
}

}  // namespace cellwise::models
