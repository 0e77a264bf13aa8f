#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/random.h"
#include "engine/thread_pool.h"
#include "models/classifier.h"
#include "models/dropout.h"
#include "models/recurrent_layer.h"

namespace cellwise::models {

/// The networks that read a row of a table.
enum class TableArchitecture { mlp, cnn, lstm };

/// "mlp", "cnn", "lstm".
[[nodiscard]] std::string_view table_architecture_name(TableArchitecture architecture);

struct TableNetworkOptions {
    TableArchitecture architecture = TableArchitecture::mlp;
    std::int64_t features = 1;
    /// [features]: the step of the sequence that reads the feature; from 0, ascending, none left out. The levels of one
    /// category share a step. The MLP has no steps and takes none.
    std::vector<std::int64_t> steps;
    std::int64_t outputs = 1;
    std::int64_t step_size = 16;    ///< numbers that stand for one step (CNN, LSTM)
    std::int64_t hidden_size = 64;  ///< of a dense layer, a convolution's channels, or an LSTM
    double dropout = 0;             ///< before the dense layers, the MLP's first excepted

    /// The number of steps; 0 for the MLP.
    [[nodiscard]] std::int64_t step_count() const { return steps.empty() ? 0 : steps.back() + 1; }
    /// Throws InternalError if the steps do not fit the features, or a size is below 1.
    void validate() const;
};

/// Turns a row's features into a sequence with a weight vector for each feature: what stands at step s is
/// bias_s + Σ x_j·w_j over the features j of the step. For a category that is the embedding of its level, for a number
/// the linear tokenizer of Gorishniy et al. (arXiv 2106.11959, section 3.3).
class TableStepsImpl : public torch::nn::Module {
public:
    TableStepsImpl(const TableNetworkOptions& options, Random& random);

    /// features: [batch, features]. Returns [batch, steps, step_size].
    torch::Tensor forward(const torch::Tensor& features);

    torch::Tensor weight;  ///< [steps, width, step_size]; width is that of the widest step, the rest stays 0
    torch::Tensor bias;    ///< [steps, 1, step_size]

private:
    torch::Tensor places_;  // [steps·width]: the feature read there; `features` where none is
    std::int64_t features_;
};
TORCH_MODULE(TableSteps);

/// A row of a table to its outputs. The activations are SiLU and the LSTM's own: smooth, so that an integral of the
/// gradient along a line is found with few points.
class TableNetworkImpl : public torch::nn::Module {
public:
    /// Throws as options.validate().
    explicit TableNetworkImpl(TableNetworkOptions options) : options_(std::move(options)) { options_.validate(); }

    /// features: [batch, features], of the weights' type. Returns [batch, outputs]: logits, or numbers.
    virtual torch::Tensor forward(const torch::Tensor& features) = 0;
    /// The trainable weights in a fixed order.
    [[nodiscard]] std::vector<Variable> variables() const;
    /// Hands a recurrent layer to the fused kernels (float32 alone); null: back to torch::nn. One thread at a time
    /// may then ask the network.
    virtual void compute_with(const std::shared_ptr<engine::ThreadPool>&) {}

    [[nodiscard]] const TableNetworkOptions& options() const { return options_; }

private:
    TableNetworkOptions options_;
};

/// dense → SiLU → dropout → dense → SiLU → dropout → dense.
class TableMlpImpl : public TableNetworkImpl {
public:
    TableMlpImpl(const TableNetworkOptions& options, std::uint64_t seed);
    torch::Tensor forward(const torch::Tensor& features) override;

    torch::nn::Linear first{nullptr}, second{nullptr}, output{nullptr};
    Dropout dropout{nullptr};
};

/// steps → convolution over three neighbours → SiLU → the same → SiLU → mean over the steps → dropout → dense.
class TableCnnImpl : public TableNetworkImpl {
public:
    TableCnnImpl(const TableNetworkOptions& options, std::uint64_t seed);
    torch::Tensor forward(const torch::Tensor& features) override;

    TableSteps steps{nullptr};
    torch::nn::Conv1d first{nullptr}, second{nullptr};
    torch::nn::Linear output{nullptr};
    Dropout dropout{nullptr};
};

/// steps → LSTM → its last state → dropout → dense.
class TableLstmImpl : public TableNetworkImpl {
public:
    TableLstmImpl(const TableNetworkOptions& options, std::uint64_t seed);
    torch::Tensor forward(const torch::Tensor& features) override;
    void compute_with(const std::shared_ptr<engine::ThreadPool>& pool) override;

    TableSteps steps{nullptr};
    RecurrentLayer recurrent{nullptr};
    torch::nn::Linear output{nullptr};
    Dropout dropout{nullptr};
};

/// The network of options.architecture; its weights and its dropout depend on options and seed alone.
[[nodiscard]] std::shared_ptr<TableNetworkImpl> make_table_network(const TableNetworkOptions& options,
                                                                   std::uint64_t seed);

}  // namespace cellwise::models
