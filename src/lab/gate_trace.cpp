#include "lab/gate_trace.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <cmath>
#include <limits>
#include <utility>

#include "core/error.h"
#include "lab/arithmetic.h"
#include "lab/difference_bounds.h"
#include "lab/gru_step.h"
#include "lab/lstm_step.h"
#include "lab/module_weights.h"
#include "lab/simple_rnn_step.h"
#include "lab/torch_tensors.h"

namespace cellwise::lab {
namespace {

using Vector = std::vector<double>;
using models::RecurrentOptions;

/// What the layer reads and what it gives, step by step in the order of reading; each [hidden or features].
struct ModuleRun {
    std::vector<Vector> inputs, hidden_states;
    std::vector<Vector> cell_states;  ///< of an LSTM
};

std::vector<Vector> rows_of(const torch::Tensor& matrix) {
    std::vector<Vector> rows;
    for (std::int64_t i = 0; i < matrix.size(0); ++i) rows.push_back(values_of<double>(matrix[i]));
    return rows;
}

/// The cell states that torch::nn::LSTM passes from step to step.
std::vector<Vector> lstm_cell_states(const models::CellWeights& weights, const torch::Tensor& input) {
    torch::nn::LSTM lstm(torch::nn::LSTMOptions(weights.input.size(1), weights.recurrent.size(1)).batch_first(true));
    lstm->to(torch::kFloat64);
    auto named = lstm->named_parameters();
    named["weight_ih_l0"].copy_(weights.input);
    named["weight_hh_l0"].copy_(weights.recurrent);
    named["bias_ih_l0"].copy_(weights.bias);
    named["bias_hh_l0"].copy_(weights.recurrent_bias);
    auto hidden = torch::zeros({1, 1, weights.recurrent.size(1)}, torch::kFloat64);
    auto cell = hidden;
    std::vector<Vector> states;
    for (std::int64_t step = 0; step < input.size(1); ++step) {
        const auto state = std::get<1>(lstm->forward(input.narrow(1, step, 1), std::make_tuple(hidden, cell)));
        std::tie(hidden, cell) = state;
        states.push_back(values_of<double>(cell));
    }
    return states;
}

ModuleRun run_module(models::Classifier& model, const torch::Tensor& ids, std::size_t layer, int direction) {
    torch::Tensor input = torch::embedding(model->embedding->weight, ids);
    for (std::size_t below = 0; below < layer; ++below) input = model->recurrent[below]->sequence(input);
    const auto options = model->options().recurrent_layers()[layer];
    auto output = model->recurrent[layer]
                      ->sequence(input)
                      .narrow(2, direction * options.hidden_size, options.hidden_size)
                      .squeeze(0);
    if (direction == 1) {
        input = input.flip(1);
        output = output.flip(0);
    }
    ModuleRun run{rows_of(input.squeeze(0)), rows_of(output), {}};
    if (options.cell == Cell::lstm)
        run.cell_states = lstm_cell_states(model->recurrent[layer]->weights(direction), input);
    return run;
}

/// One direction of one layer as the hand-written steps need it.
class HandLayer {
public:
    HandLayer(const models::CellWeights& weights, const RecurrentOptions& options) : options_(options) {
        switch (options.cell) {
            case Cell::simple_rnn:
                simple_rnn_ = simple_rnn_weights_of(weights);
                break;
            case Cell::lstm:
                lstm_ = lstm_weights_of(weights);
                break;
            case Cell::gru:
                gru_ = gru_weights_of(weights, options.gru_reset);
                break;
        }
    }

    /// The step from the module's state before it, compared with the module's state after it.
    [[nodiscard]] TracedStep step(const ModuleRun& run, std::size_t number) const {
        const Vector zero(static_cast<std::size_t>(options_.hidden_size));
        const auto& x = run.inputs[number];
        const auto& h = number == 0 ? zero : run.hidden_states[number - 1];
        const auto& module_h = run.hidden_states[number];
        TracedStep traced;
        if (options_.cell == Cell::lstm) {
            const auto& c = number == 0 ? zero : run.cell_states[number - 1];
            auto own = lstm_step<double>(lstm_, x, h, c);
            const auto bounds = lstm_difference_bounds<double>(lstm_, x, h, c);
            traced.comparison.add(own.hidden_state, module_h, bounds.hidden_state, base_tolerance<double>);
            traced.comparison.add(own.cell_state, run.cell_states[number], bounds.cell_state, base_tolerance<double>);
            traced.gates = {own.forget_gate, own.input_gate, own.output_gate};
            traced.candidate = std::move(own.candidate);
            traced.cell_state = std::move(own.cell_state);
            traced.hidden_state = std::move(own.hidden_state);
        } else if (options_.cell == Cell::gru) {
            const auto convention =
                options_.gru_reset == models::GruReset::after ? GruConvention::torch : GruConvention::keras_before;
            auto own = gru_step<double>(gru_, convention, x, h);
            traced.comparison.add(own.hidden_state, module_h, gru_difference_bounds<double>(gru_, convention, x, h),
                                  base_tolerance<double>);
            traced.gates = {own.reset_gate, own.update_gate};
            traced.candidate = std::move(own.candidate);
            traced.hidden_state = std::move(own.hidden_state);
        } else {
            traced.hidden_state = simple_rnn_step<double>(simple_rnn_, x, h);
            traced.comparison.add(traced.hidden_state, module_h,
                                  simple_rnn_difference_bounds<double>(simple_rnn_, x, h), base_tolerance<double>);
        }
        return traced;
    }

private:
    RecurrentOptions options_;
    GateWeights<double> simple_rnn_;
    LstmWeights<double> lstm_;
    GruWeights<double> gru_;
};

/// Batch norm by its running statistics, dense layer, sigmoid: by hand, with how far another order of the
/// same sum may lie apart.
class HandHead {
public:
    explicit HandHead(const models::Classifier& model)
        : weight_(values_of<double>(model->dense->weight)), bias_(model->dense->bias.item<double>()) {
        if (!model->batch_norm) return;
        const auto& norm = model->batch_norm;
        mean_ = values_of<double>(norm->running_mean);
        variance_ = values_of<double>(norm->running_var);
        gamma_ = values_of<double>(norm->weight);
        beta_ = values_of<double>(norm->bias);
        epsilon_ = norm->options.eps();
    }

    /// Probability and bound.
    [[nodiscard]] std::pair<double, double> operator()(const Vector& hidden_state, double incoming) const {
        double logit = bias_, size = std::abs(bias_), passed_on = 0;
        for (std::size_t j = 0; j < hidden_state.size(); ++j) {
            double value = hidden_state[j], magnitude = std::abs(value), slope = 1;
            if (!mean_.empty()) {
                slope = gamma_[j] / std::sqrt(variance_[j] + epsilon_);
                value = (value - mean_[j]) * slope + beta_[j];
                magnitude = (magnitude + std::abs(mean_[j])) * std::abs(slope) + std::abs(beta_[j]);
            }
            logit += weight_[j] * value;
            size += std::abs(weight_[j]) * magnitude;
            passed_on += std::abs(weight_[j] * slope) * incoming;
        }
        const auto terms = static_cast<double>(hidden_state.size() + 8);
        // A sigmoid's slope is at most 1/4.
        const double bound = 0.25 * (terms * std::numeric_limits<double>::epsilon() * size + passed_on);
        return {sigmoid(logit), bound + 4 * std::numeric_limits<double>::epsilon()};
    }

private:
    Vector weight_, mean_, variance_, gamma_, beta_;
    double bias_ = 0, epsilon_ = 0;
};

double probability_of(models::Classifier& model, const torch::Tensor& ids) {
    return torch::sigmoid(model->forward(ids)).item<double>();
}

/// The model's probabilities for each beginning of the ids, [time].
Vector running_probabilities(models::Classifier& model, const torch::Tensor& ids, const ModuleRun* last_layer) {
    if (last_layer == nullptr) {
        Vector all;
        for (std::int64_t end = 1; end <= ids.size(1); ++end)
            all.push_back(probability_of(model, ids.narrow(1, 0, end)));
        return all;
    }
    // The last layer reads forward: its state after word t is what the head would get of a text that ends there.
    std::vector<torch::Tensor> states;
    for (const auto& state : last_layer->hidden_states) states.push_back(tensor_of<double>(state));
    auto state = torch::stack(states);
    if (model->batch_norm) state = model->batch_norm->forward(state);
    return values_of<double>(torch::sigmoid(model->dense->forward(state).squeeze(1)));
}

}  // namespace

GateTrace trace_gates(models::Classifier& model, const std::vector<std::int32_t>& ids, std::size_t layer,
                      int direction) {
    const auto layers = model->options().recurrent_layers();
    if (layer >= layers.size()) {
        throw UsageError(fmt::format("--layer {}: the model has {} recurrent layer{}", layer + 1, layers.size(),
                                     layers.size() == 1 ? "" : "s"));
    }
    if (direction >= layers[layer].directions()) {
        throw UsageError(fmt::format("--direction backward: layer {} reads forward only", layer + 1));
    }
    if (model->embedding->weight.scalar_type() != torch::kFloat64) {
        throw InternalError("trace_gates needs a model in float64");
    }
    const torch::NoGradGuard no_grad;
    model->eval();
    (void)model->pool();  // float64: back from the fused kernels to torch::nn
    const auto matrix = torch::tensor(ids, torch::kInt32).unsqueeze(0);
    const auto run = run_module(model, matrix, layer, direction);

    GateTrace trace;
    trace.cell = layers[layer].cell;
    if (trace.cell == Cell::lstm) trace.gate_names = {"forget_gate", "input_gate", "output_gate"};
    if (trace.cell == Cell::gru) trace.gate_names = {"reset_gate", "update_gate"};
    const HandLayer by_hand(model->recurrent[layer]->weights(direction), layers[layer]);
    for (std::size_t number = 0; number < ids.size(); ++number) trace.steps.push_back(by_hand.step(run, number));
    if (direction == 1) std::reverse(trace.steps.begin(), trace.steps.end());

    const bool forward_only = std::ranges::none_of(layers, [](const auto& each) { return each.bidirectional; });
    trace.has_probability_check = forward_only && layer + 1 == layers.size();
    const auto probabilities = running_probabilities(model, matrix, trace.has_probability_check ? &run : nullptr);
    const HandHead head(model);
    for (std::size_t t = 0; t < ids.size(); ++t) {
        auto& step = trace.steps[t];
        step.probability = probabilities[t];
        trace.states.merge(step.comparison);
        if (!trace.has_probability_check) continue;
        const auto [own, bound] = head(step.hidden_state, step.comparison.largest_difference());
        trace.probabilities.add<double>({own}, {step.probability}, {bound}, base_tolerance<double>);
        if (t + 1 == ids.size()) {  // the whole model on the whole text
            trace.probabilities.add<double>({own}, {probability_of(model, matrix)}, {bound}, base_tolerance<double>);
        }
    }
    return trace;
}

}  // namespace cellwise::lab
