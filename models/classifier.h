#pragma once

#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/thread_pool.h"
#include "models/batch_norm.h"
#include "models/dropout.h"
#include "models/fused_classifier.h"
#include "models/options.h"
#include "models/recurrent_layer.h"
#include "models/shard.h"

namespace cellwise::models {

/// What an optimizer must know of a weight beside its values.
struct Variable {
    std::string name;        ///< as in named_parameters()
    torch::Tensor value;     ///< the parameter itself
    std::string keras_name;  ///< weights of one Keras variable share it: the GRU's two biases are ONE
                             ///< variable [2, 3·hidden] to a norm that clips per variable
    bool is_kernel = false;  ///< kernel, recurrent kernel or dense kernel: what --l2 penalises
};

/// Embedding → recurrent layers (last hidden state) → [batch norm] → [dropout] → dense(1).
/// The tutorial's model, with variants as options; weights start at Keras's initial values.
class ClassifierImpl : public torch::nn::Module {
public:
    /// The weights depend on options and seed alone. Throws UsageError (options.validate()).
    explicit ClassifierImpl(const ClassifierOptions& options, std::uint64_t seed = 0);

    /// ids: [batch, time], int32 or int64, below vocabulary_size. Returns logits [batch]: the
    /// probability of a positive review is their sigmoid.
    torch::Tensor forward(const torch::Tensor& ids);

    /// The same from the words' vectors [batch, time, embedding_size] in place of their ids: what must be
    /// differentiated by what a word contributes. Same kind of number and device as the weights.
    torch::Tensor forward_embedded(const torch::Tensor& vectors);

    [[nodiscard]] const ClassifierOptions& options() const { return options_; }

    /// Who computes the recurrent layers as the model stands: fused or torch. Fused needs float32
    /// weights on the CPU.
    [[nodiscard]] Engine active_engine() const;

    /// The threads of the fused kernels from the next forward on; as many as LibTorch's until set. With more than
    /// before, a FusedClassifier that is at work has them too.
    void set_threads(int threads);

    /// What the fused kernels' products round their factors to from the next forward on. forward_only() stays float32.
    void set_factors(engine::Factors factors);

    /// The fused kernels' threads; null where torch::nn computes.
    [[nodiscard]] std::shared_ptr<engine::ThreadPool> pool();

    /// What forward is given from now on in training mode is this part of a batch; nothing: a whole one.
    void set_shard(const std::optional<Shard>& shard) { shard_ = shard; }

    /// The same way forward in evaluation mode over the weights as they are now, without tensors: for many batches
    /// between which they do not change. Nothing where torch::nn computes.
    [[nodiscard]] std::optional<FusedClassifier> forward_only();

    /// Whether training mode needs numbers that are drawn on the CPU (dropout): then a step on another device
    /// cannot be recorded.
    [[nodiscard]] bool draws_on_the_host() const;

    /// The trainable weights, in a fixed order.
    [[nodiscard]] std::vector<Variable> variables() const;

    /// The number of trainable values, counted from the tensors.
    [[nodiscard]] std::int64_t parameter_count() const;

    torch::nn::Embedding embedding{nullptr};
    std::vector<RecurrentLayer> recurrent;
    KerasBatchNorm1d batch_norm{nullptr};
    Dropout dropout{nullptr};
    torch::nn::Linear dense{nullptr};

private:
    // input: ids with the table their vectors stand in, or vectors with no table.
    torch::Tensor logits(torch::Tensor input, torch::Tensor table);

    ClassifierOptions options_;
    int threads_ = 0;  // 0: LibTorch's
    engine::Factors factors_ = engine::Factors::float32;
    std::shared_ptr<engine::ThreadPool> pool_;  // what the layers compute with now
    std::optional<Shard> shard_;
};
TORCH_MODULE(Classifier);

/// The tutorial's three models by name: Classifier with its cell fixed.
class SimpleRNNImpl : public ClassifierImpl {
public:
    explicit SimpleRNNImpl(ClassifierOptions options = {}, std::uint64_t seed = 0);
};
TORCH_MODULE(SimpleRNN);

class LSTMImpl : public ClassifierImpl {
public:
    explicit LSTMImpl(ClassifierOptions options = {}, std::uint64_t seed = 0);
};
TORCH_MODULE(LSTM);

class GRUImpl : public ClassifierImpl {
public:
    explicit GRUImpl(ClassifierOptions options = {}, std::uint64_t seed = 0);
};
TORCH_MODULE(GRU);

}  // namespace cellwise::models
