#pragma once

#include <torch/nn/modules/rnn.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/cell.h"
#include "core/random.h"
#include "engine/recurrent.h"
#include "models/initialization.h"
#include "models/options.h"

namespace cellwise::models {

/// The weights of one direction of one recurrent layer, in PyTorch's layout: gates stacked by rows in
/// the order i, f, g, o (LSTM) or r, z, n (GRU).
struct CellWeights {
    torch::Tensor input;           ///< [gates·hidden, features]
    torch::Tensor recurrent;       ///< [gates·hidden, hidden]
    torch::Tensor bias;            ///< [gates·hidden]
    torch::Tensor recurrent_bias;  ///< [gates·hidden]; zero and frozen unless two_biases()
};

/// One recurrent layer, in one or both directions, on torch::nn::RNN, LSTM or GRU; the GRU that
/// resets before the product, which torch::nn lacks, is a loop of its own with the same weights.
///
/// Initial values are Keras's: Glorot uniform kernel over all gates, orthogonal recurrent kernel, zero
/// biases, forget bias 1. SimpleRNN, LSTM and the GRU that resets before have ONE bias, as in Keras:
/// PyTorch's second is zero and frozen.
class RecurrentLayerImpl : public torch::nn::Module {
public:
    RecurrentLayerImpl(const ClassifierOptions& options, std::int64_t features, Random& random);

    /// input: [batch, time, features]; or, with `table` [vocabulary, features], ids [batch, time] whose
    /// rows of the table are the features. Returns the last hidden state [batch, directions·hidden]; for
    /// both directions Keras's concatenation: forward after the last word, backward after the first.
    torch::Tensor last_state(const torch::Tensor& input, const torch::Tensor& table = {});

    /// The hidden state at every time, [batch, time, directions·hidden].
    torch::Tensor sequence(const torch::Tensor& input, const torch::Tensor& table = {});

    /// Hands the layer to the fused kernels, which compute with this pool; null: back to torch::nn. The
    /// kernels want float32 on the CPU. `factors`: what their products round to.
    void compute_with(const std::shared_ptr<engine::ThreadPool>& pool,
                      engine::Factors factors = engine::Factors::float32);

    /// direction: 0 forward, 1 backward.
    [[nodiscard]] const CellWeights& weights(std::int64_t direction) const {
        return weights_[static_cast<std::size_t>(direction)];
    }

    /// Whether the recurrent bias is trained too (the GRU that resets after the product).
    [[nodiscard]] bool two_biases() const { return cell_ == Cell::gru && reset_ == GruReset::after; }
    [[nodiscard]] std::int64_t directions() const { return directions_; }

private:
    void initialize(Random& random);
    // The torch::nn module's sequence and last state; the loop's for the GRU that resets before.
    std::pair<torch::Tensor, torch::Tensor> run(const torch::Tensor& input);
    torch::Tensor run_fused(const torch::Tensor& input, const torch::Tensor& table, bool with_sequence);
    std::pair<torch::Tensor, torch::Tensor> run_reset_before(const torch::Tensor& input, std::int64_t direction) const;

    Cell cell_;
    GruReset reset_;
    std::int64_t hidden_size_;
    std::int64_t directions_;
    torch::nn::RNN rnn_{nullptr};
    torch::nn::LSTM lstm_{nullptr};
    torch::nn::GRU gru_{nullptr};
    std::vector<CellWeights> weights_;              // one a direction: the parameters themselves
    std::vector<engine::RecurrentOperator> fused_;  // one a direction; empty: torch::nn computes
};
TORCH_MODULE(RecurrentLayer);

}  // namespace cellwise::models
