#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "engine/recurrent_pass.h"
#include "engine/thread_pool.h"
#include "models/options.h"

namespace cellwise::models {

/// The kernels' name of a layer's cell.
[[nodiscard]] engine::CellKind kernel_of(Cell cell, GruReset reset);

/// A trained classifier's weights, float32 and contiguous, in PyTorch's layout: memory that others own.
struct ClassifierWeights {
    const float* embedding = nullptr;  ///< [vocabulary, embedding]
    /// Of every recurrent layer, first to last, forward and (of a bidirectional one) backward.
    std::vector<std::array<engine::LayerWeights, 2>> recurrent;
    /// [features] each; null without batch normalisation.
    struct BatchNorm {
        const float* weight = nullptr;
        const float* bias = nullptr;
        const float* running_mean = nullptr;
        const float* running_var = nullptr;
    } batch_norm;
    const float* dense_weight = nullptr;  ///< [1, features]
    const float* dense_bias = nullptr;    ///< [1]
};

/// The ε of Keras's batch normalisation: (x − mean) / sqrt(variance + ε) · weight + bias.
inline constexpr double batch_norm_epsilon = 1e-3;

/// state·weight + bias of one unit for every row of state [rows, features], summed in float64 in the order of the
/// features: logits [rows].
template <class Value>
void dense_unit(const Value* state, std::size_t rows, std::size_t features, const Value* weight, Value bias,
                Value* logits) {
    for (std::size_t row = 0; row < rows; ++row, state += features) {
        auto sum = static_cast<double>(bias);
        for (std::size_t i = 0; i < features; ++i)
            sum += static_cast<double>(state[i]) * static_cast<double>(weight[i]);
        logits[row] = static_cast<Value>(sum);
    }
}

/// The probability of a positive review by its logit, in double precision, so that a logit just above 0 stays above a
/// half.
[[nodiscard]] double probability_of_logit(double logit);

/// Rows evaluated at once: large enough for full speed, small enough to stay in the cache's reach.
inline constexpr std::size_t evaluation_rows = 256;

/// What Classifier computes in evaluation mode on the processor, without LibTorch: the fused kernels, batch
/// normalisation and the dense unit over plain memory. The logits are Classifier's to the bit, for any number of
/// threads and whatever rows stand beside a row. What does not change between batches (packed weights, the tokens'
/// projections, the shared padding) is computed once, so the weights must neither change nor move while it lives.
class FusedClassifier {
public:
    /// `weights` as `options` describes them. The pool is used by one thread at a time, as is the classifier.
    FusedClassifier(const ClassifierOptions& options, const ClassifierWeights& weights,
                    std::shared_ptr<engine::ThreadPool> pool);
    /// With a pool of its own. Throws EnvironmentError if the system gives not so many threads.
    FusedClassifier(const ClassifierOptions& options, const ClassifierWeights& weights, int threads);

    /// Logits [rows] of ids [rows, steps]; steps is at least 1. Throws DataError for an id outside the vocabulary.
    void logits(const std::int32_t* ids, std::size_t rows, std::size_t steps, float* out);

    /// The same for many rows, some hundred at a time, and false if `stop`, asked between, said so.
    [[nodiscard]] bool logits_unless(const std::function<bool()>& stop, const std::int32_t* ids, std::size_t rows,
                                     std::size_t steps, float* out);

    /// The probabilities [rows] of a positive review, likewise.
    [[nodiscard]] std::vector<float> probabilities(const std::int32_t* ids, std::size_t rows, std::size_t steps);

private:
    struct Layer {
        std::vector<engine::RecurrentPass> directions;
        std::size_t hidden = 0;
        [[nodiscard]] std::size_t features() const { return hidden * directions.size(); }
    };
    void run_layer(std::size_t index, const engine::LayerInput& input, bool is_last);
    void normalise(std::size_t rows);

    ClassifierOptions options_;
    ClassifierWeights weights_;
    std::shared_ptr<engine::ThreadPool> pool_;
    std::vector<Layer> layers_;
    std::vector<float> part_;                      // of one direction
    std::array<std::vector<float>, 2> sequences_;  // [rows, steps, features] of two layers in turn
    std::vector<float> state_;                     // [rows, features]
};

}  // namespace cellwise::models
