#include "lab/gradient_flow.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <utility>

#include "core/error.h"
#include "lab/torch_tensors.h"
#include "learning/examples.h"
#include "learning/loss.h"

namespace cellwise::lab {
namespace {

using models::CellWeights;
using models::GruReset;
using models::RecurrentOptions;

/// One direction of one layer, unrolled: the states after each step, by time.
struct Unrolled {
    std::vector<torch::Tensor> hidden_states;  ///< each [batch, hidden]
    std::vector<torch::Tensor> cell_states;    ///< of an LSTM
};

torch::Tensor kept(torch::Tensor state) {
    state.retain_grad();
    return state;
}

torch::Tensor gru_state(const torch::Tensor& x, const torch::Tensor& hidden, const CellWeights& weights,
                        GruReset reset) {
    const auto units = hidden.size(1);
    const auto part = [&](const torch::Tensor& all, std::int64_t gate) { return all.narrow(1, gate * units, units); };
    torch::Tensor r, z, n;
    if (reset == GruReset::after) {
        const auto recurrent = torch::addmm(weights.recurrent_bias, hidden, weights.recurrent.t());
        r = torch::sigmoid(part(x, 0) + part(recurrent, 0));
        z = torch::sigmoid(part(x, 1) + part(recurrent, 1));
        n = torch::tanh(part(x, 2) + r * part(recurrent, 2));
    } else {
        const auto rows = [&](std::int64_t gate) { return weights.recurrent.narrow(0, gate * units, units).t(); };
        r = torch::sigmoid(torch::addmm(part(x, 0), hidden, rows(0)));
        z = torch::sigmoid(torch::addmm(part(x, 1), hidden, rows(1)));
        n = torch::tanh(torch::addmm(part(x, 2), r * hidden, rows(2)));
    }
    return (1 - z) * n + z * hidden;
}

std::pair<torch::Tensor, torch::Tensor> lstm_states(const torch::Tensor& x, const torch::Tensor& hidden,
                                                    const torch::Tensor& cell, const CellWeights& weights) {
    const auto gates = torch::addmm(x, hidden, weights.recurrent.t()).chunk(4, 1);  // i, f, g, o
    const auto next_cell = kept(torch::sigmoid(gates[1]) * cell + torch::sigmoid(gates[0]) * torch::tanh(gates[2]));
    return {torch::sigmoid(gates[3]) * torch::tanh(next_cell), next_cell};
}

/// input: [batch, time, features].
Unrolled unroll(const torch::Tensor& input, const CellWeights& weights, const RecurrentOptions& options, bool reverse) {
    // A GRU's recurrent bias belongs into its recurrent product.
    const auto bias = options.cell == Cell::gru ? weights.bias : weights.bias + weights.recurrent_bias;
    const auto projected = (torch::matmul(input, weights.input.t()) + bias).unbind(1);
    const auto steps = projected.size();
    Unrolled states;
    states.hidden_states.resize(steps);
    if (options.cell == Cell::lstm) states.cell_states.resize(steps);
    auto hidden = torch::zeros({input.size(0), options.hidden_size}, input.options());
    auto cell = hidden;
    for (std::size_t step = 0; step < steps; ++step) {
        const auto time = reverse ? steps - 1 - step : step;
        const auto& x = projected[time];
        switch (options.cell) {
            case Cell::simple_rnn:
                hidden = torch::tanh(torch::addmm(x, hidden, weights.recurrent.t()));
                break;
            case Cell::lstm:
                std::tie(hidden, cell) = lstm_states(x, hidden, cell, weights);
                states.cell_states[time] = cell;
                break;
            case Cell::gru:
                hidden = gru_state(x, hidden, weights, options.gru_reset);
                break;
        }
        states.hidden_states[time] = kept(hidden);
    }
    return states;
}

/// The length of each row of [batch, features], by way of its largest element: squares of very small or
/// very large elements leave the number range before the elements do.
torch::Tensor row_norms(const torch::Tensor& values) {
    const auto wide = values.to(torch::kFloat64);
    const auto largest = std::get<0>(wide.abs().max(1, true));
    const auto scalable = torch::logical_and(largest > 0, torch::isfinite(largest));
    const auto scale = torch::where(scalable, largest, torch::ones_like(largest));
    const auto norm = scale * (wide / scale).square().sum(1, true).sqrt();
    return torch::where(scalable, norm, largest).squeeze(1);  // 0, infinity and NaN are the largest element
}

StepNorms norms_of(const std::vector<torch::Tensor>& states) {
    if (states.empty()) return {};
    std::vector<torch::Tensor> norms;
    for (const auto& state : states) norms.push_back(row_norms(state.grad()));
    return {states.size(), static_cast<std::size_t>(states.front().size(0)), values_of<double>(torch::stack(norms))};
}

void require_memory(const std::vector<RecurrentOptions>& layers, const data::PaddedReviews& batch, double bytes_each) {
    double values = 0;
    for (const auto& layer : layers) {
        // States, gates and their derivatives, each kept for the way back.
        values += static_cast<double>(layer.directions() * layer.hidden_size) * 4.0 * (gate_count(layer.cell) + 1);
    }
    const double bytes = values * static_cast<double>(batch.size()) * static_cast<double>(batch.length) * bytes_each;
    if (bytes > most_graph_bytes) {
        throw EnvironmentError(
            fmt::format("gradients through {} steps of {} reviews would need about {:.1f} GB, the limit is {:.0f} GB: "
                        "take fewer reviews, a shorter length or fewer hidden units",
                        batch.length, batch.size(), bytes / 1e9, most_graph_bytes / 1e9));
    }
}

}  // namespace

GradientFlow gradient_flow(models::Classifier& model, const data::PaddedReviews& batch) {
    const auto layers = model->options().recurrent_layers();
    const auto& table = model->embedding->weight;
    require_memory(layers, batch, static_cast<double>(table.element_size()));
    const torch::AutoGradMode with_gradients(true);
    // Copies without a history: what backward() leaves in them touches no optimizer. The states need a
    // gradient even where every weight is frozen.
    const auto free = [](const torch::Tensor& weight) { return weight.detach(); };

    auto input =
        torch::embedding(free(table), learning::Examples(batch).inputs.to(table.device())).requires_grad_(true);
    std::vector<Unrolled> unrolled;
    GradientFlow flow;
    torch::Tensor last;
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
        std::vector<torch::Tensor> outputs, ends;
        for (std::int64_t direction = 0; direction < layers[layer].directions(); ++direction) {
            const auto of_module = model->recurrent[layer]->weights(direction);
            const CellWeights weights{free(of_module.input), free(of_module.recurrent), free(of_module.bias),
                                      free(of_module.recurrent_bias)};
            const bool reverse = direction == 1;
            auto& states = unrolled.emplace_back(unroll(input, weights, layers[layer], reverse));
            ends.push_back(reverse ? states.hidden_states.front() : states.hidden_states.back());
            if (layer + 1 < layers.size()) outputs.push_back(torch::stack(states.hidden_states, 1));
            flow.states.push_back({layer, reverse, {}, {}});
        }
        last = torch::cat(ends, 1);
        if (layer + 1 < layers.size()) input = torch::cat(outputs, 2);
    }
    if (model->batch_norm) {
        const auto& norm = model->batch_norm;
        last = torch::batch_norm(last, free(norm->weight), free(norm->bias), norm->running_mean, norm->running_var,
                                 false, 0, norm->options.eps(), false);
    }
    const auto logits = torch::addmm(free(model->dense->bias), last, free(model->dense->weight).t()).squeeze(1);
    const auto labels = learning::Examples(batch).labels.to(logits.device(), logits.scalar_type());
    const auto losses = learning::keras_cross_entropy(logits, labels);
    losses.sum().backward();  // rows are independent: each state's gradient is its own row's

    flow.losses = values_of<double>(losses.to(torch::kCPU, torch::kFloat64));
    for (std::size_t i = 0; i < unrolled.size(); ++i) {
        flow.states[i].hidden_state = norms_of(unrolled[i].hidden_states);
        flow.states[i].cell_state = norms_of(unrolled[i].cell_states);
    }
    return flow;
}

}  // namespace cellwise::lab
