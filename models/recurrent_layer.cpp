#include "models/recurrent_layer.h"

#include <torch/torch.h>

#include <utility>

#include "models/fused_classifier.h"

namespace cellwise::models {

RecurrentLayerImpl::RecurrentLayerImpl(const ClassifierOptions& options, std::int64_t features, Random& random)
    : cell_(options.cell),
      reset_(options.gru_reset),
      hidden_size_(options.hidden_size),
      directions_(options.directions()) {
    // Each is registered under one name, so that state names do not depend on the cell.
    switch (cell_) {
        case Cell::simple_rnn:
            rnn_ = register_module("cell", torch::nn::RNN(torch::nn::RNNOptions(features, hidden_size_)
                                                              .nonlinearity(torch::kTanh)
                                                              .batch_first(true)
                                                              .bidirectional(options.bidirectional)));
            break;
        case Cell::lstm:
            lstm_ = register_module("cell", torch::nn::LSTM(torch::nn::LSTMOptions(features, hidden_size_)
                                                                .batch_first(true)
                                                                .bidirectional(options.bidirectional)));
            break;
        case Cell::gru:
            gru_ = register_module("cell", torch::nn::GRU(torch::nn::GRUOptions(features, hidden_size_)
                                                              .batch_first(true)
                                                              .bidirectional(options.bidirectional)));
            break;
    }
    const auto named = named_parameters();
    for (std::int64_t direction = 0; direction < directions_; ++direction) {
        const std::string suffix = direction == 0 ? "_l0" : "_l0_reverse";
        weights_.push_back({named["cell.weight_ih" + suffix], named["cell.weight_hh" + suffix],
                            named["cell.bias_ih" + suffix], named["cell.bias_hh" + suffix]});
    }
    initialize(random);
}

void RecurrentLayerImpl::initialize(Random& random) {
    for (std::int64_t direction = 0; direction < directions_; ++direction) {
        auto [input, recurrent, bias, recurrent_bias] = weights(direction);
        fill_glorot_uniform(input, input.size(1), input.size(0), random);
        fill_orthogonal(recurrent, random);
        const torch::NoGradGuard no_grad;
        bias.zero_();
        recurrent_bias.zero_();
        if (cell_ == Cell::lstm) bias.narrow(0, hidden_size_, hidden_size_).fill_(1);  // the forget gate's
        if (!two_biases()) recurrent_bias.set_requires_grad(false);
    }
}

torch::Tensor RecurrentLayerImpl::last_state(const torch::Tensor& input, const torch::Tensor& table) {
    if (!fused_.empty()) return run_fused(input, table, false);
    return run(table.defined() ? torch::embedding(table, input) : input).second;
}

torch::Tensor RecurrentLayerImpl::sequence(const torch::Tensor& input, const torch::Tensor& table) {
    if (!fused_.empty()) return run_fused(input, table, true);
    return run(table.defined() ? torch::embedding(table, input) : input).first;
}

void RecurrentLayerImpl::compute_with(const std::shared_ptr<engine::ThreadPool>& pool, engine::Factors factors) {
    fused_.clear();
    if (!pool) return;
    for (std::int64_t direction = 0; direction < directions_; ++direction) {
        engine::RecurrentOptions options;
        options.cell = kernel_of(cell_, reset_);
        options.input_size = static_cast<std::size_t>(weights(direction).input.size(1));
        options.hidden_size = static_cast<std::size_t>(hidden_size_);
        options.reverse = direction == 1;
        options.factors = factors;
        fused_.emplace_back(options, pool);
    }
}

torch::Tensor RecurrentLayerImpl::run_fused(const torch::Tensor& input, const torch::Tensor& table,
                                            bool with_sequence) {
    std::vector<torch::Tensor> outputs;
    for (std::size_t direction = 0; direction < fused_.size(); ++direction) {
        const auto& of_cell = weights(static_cast<std::int64_t>(direction));
        const engine::RecurrentWeights own{of_cell.input, of_cell.recurrent, of_cell.bias, of_cell.recurrent_bias};
        const auto output = table.defined() ? fused_[direction].forward_ids(input, table, own, with_sequence)
                                            : fused_[direction].forward_dense(input, own, with_sequence);
        outputs.push_back(with_sequence ? output.sequence : output.last);
    }
    return outputs.size() == 1 ? outputs[0] : torch::cat(outputs, -1);
}

std::pair<torch::Tensor, torch::Tensor> RecurrentLayerImpl::run(const torch::Tensor& input) {
    torch::Tensor sequence, last;  // last: [directions, batch, hidden]
    if (cell_ == Cell::gru && reset_ == GruReset::before) {
        std::tie(sequence, last) = run_reset_before(input, 0);
        if (directions_ == 1) return {sequence, last};
        const auto [backward, backward_last] = run_reset_before(input, 1);
        return {torch::cat({sequence, backward}, 2), torch::cat({last, backward_last}, 1)};
    }
    switch (cell_) {
        case Cell::simple_rnn:
            std::tie(sequence, last) = rnn_->forward(input);
            break;
        case Cell::lstm: {
            auto [all, states] = lstm_->forward(input);
            sequence = all;
            last = std::get<0>(states);
            break;
        }
        case Cell::gru:
            std::tie(sequence, last) = gru_->forward(input);
            break;
    }
    if (directions_ == 1) return {sequence, last[0]};
    return {sequence, torch::cat({last[0], last[1]}, 1)};
}

// r = σ(W_r x + U_r h + b_r), z likewise, n = tanh(W_n x + U_n (r∘h) + b_n), h' = (1 − z)∘n + z∘h
// (Cho et al. 2014, with Keras's and PyTorch's meaning of z).
std::pair<torch::Tensor, torch::Tensor> RecurrentLayerImpl::run_reset_before(const torch::Tensor& input,
                                                                             std::int64_t direction) const {
    const auto& [w_input, w_recurrent, bias, recurrent_bias] = weights(direction);
    const auto projected = torch::addmm(bias, input.reshape({-1, input.size(2)}), w_input.t())
                               .view({input.size(0), input.size(1), 3 * hidden_size_})
                               .unbind(1);
    const auto gates_weight = w_recurrent.narrow(0, 0, 2 * hidden_size_).t();
    const auto candidate_weight = w_recurrent.narrow(0, 2 * hidden_size_, hidden_size_).t();
    const auto steps = static_cast<std::int64_t>(projected.size());
    auto hidden = torch::zeros({input.size(0), hidden_size_}, input.options());
    std::vector<torch::Tensor> states(projected.size());
    for (std::int64_t step = 0; step < steps; ++step) {
        const auto time = static_cast<std::size_t>(direction == 0 ? step : steps - 1 - step);
        const auto& x = projected[time];
        const auto gates = torch::sigmoid(torch::addmm(x.narrow(1, 0, 2 * hidden_size_), hidden, gates_weight));
        const auto reset = gates.narrow(1, 0, hidden_size_);
        const auto update = gates.narrow(1, hidden_size_, hidden_size_);
        const auto candidate =
            torch::tanh(torch::addmm(x.narrow(1, 2 * hidden_size_, hidden_size_), reset * hidden, candidate_weight));
        hidden = candidate + update * (hidden - candidate);
        states[time] = hidden;
    }
    return {torch::stack(states, 1), hidden};
}

}  // namespace cellwise::models
