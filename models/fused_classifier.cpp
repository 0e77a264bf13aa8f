#include "models/fused_classifier.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "core/error.h"

namespace cellwise::models {
namespace {

/// One direction's columns of rows that hold several: `from` [rows, width] into `to` [rows, stride].
void place(const float* from, std::size_t rows, std::size_t width, float* to, std::size_t stride) {
    for (std::size_t row = 0; row < rows; ++row) std::copy_n(from + row * width, width, to + row * stride);
}

}  // namespace

engine::CellKind kernel_of(Cell cell, GruReset reset) {
    switch (cell) {
        case Cell::simple_rnn:
            return engine::CellKind::simple_rnn;
        case Cell::lstm:
            return engine::CellKind::lstm;
        case Cell::gru:
            return reset == GruReset::after ? engine::CellKind::gru : engine::CellKind::gru_reset_before;
    }
    throw InternalError("kernel_of: no such cell");
}

FusedClassifier::FusedClassifier(const ClassifierOptions& options, const ClassifierWeights& weights,
                                 std::shared_ptr<engine::ThreadPool> pool)
    : options_(options), weights_(weights), pool_(std::move(pool)) {
    const auto layers = options.recurrent_layers();
    assert(weights_.recurrent.size() == layers.size());
    auto input = static_cast<std::size_t>(options.embedding_size);
    for (std::size_t index = 0; index < layers.size(); ++index) {
        const auto& layer = layers[index];
        Layer made;
        made.hidden = static_cast<std::size_t>(layer.hidden_size);
        for (std::size_t direction = 0; direction < static_cast<std::size_t>(layer.directions()); ++direction) {
            engine::LayerOptions of_direction;
            of_direction.cell = kernel_of(layer.cell, layer.gru_reset);
            of_direction.input_size = input;
            of_direction.hidden_size = made.hidden;
            of_direction.reverse = direction == 1;
            auto& pass = made.directions.emplace_back(of_direction);
            pass.settle(weights_.recurrent[index][direction], index == 0 ? weights_.embedding : nullptr,
                        static_cast<std::size_t>(options.vocabulary_size));
        }
        input = made.features();
        layers_.push_back(std::move(made));
    }
}

FusedClassifier::FusedClassifier(const ClassifierOptions& options, const ClassifierWeights& weights, int threads)
    : FusedClassifier(options, weights, std::make_shared<engine::ThreadPool>(threads)) {}

void FusedClassifier::run_layer(std::size_t index, const engine::LayerInput& input, bool is_last) {
    auto& layer = layers_[index];
    const std::size_t features = layer.features();
    const std::size_t rows = is_last ? input.batch : input.batch * input.steps;
    auto& all = is_last ? state_ : sequences_[index % 2];
    all.resize(rows * features);
    const bool is_one = layer.directions.size() == 1;
    if (!is_one) part_.resize(rows * layer.hidden);
    for (std::size_t direction = 0; direction < layer.directions.size(); ++direction) {
        float* const out = is_one ? all.data() : part_.data();
        engine::LayerOutput output;
        (is_last ? output.last : output.sequence) = out;
        layer.directions[direction].forward(*pool_, weights_.recurrent[index][direction], input, output, false);
        if (!is_one) place(out, rows, layer.hidden, all.data() + direction * layer.hidden, features);
    }
}

// In float32, one rounding an operation, as KerasBatchNorm1d's tensors have it.
void FusedClassifier::normalise(std::size_t rows) {
    const auto& norm = weights_.batch_norm;
    const std::size_t features = layers_.back().features();
    std::vector<float> scale(features);
    constexpr auto epsilon = static_cast<float>(batch_norm_epsilon);
    for (std::size_t i = 0; i < features; ++i) scale[i] = 1 / std::sqrt(norm.running_var[i] + epsilon);
    for (std::size_t row = 0; row < rows; ++row) {
        float* const x = state_.data() + row * features;
        for (std::size_t i = 0; i < features; ++i) {
            x[i] = (x[i] - norm.running_mean[i]) * scale[i] * norm.weight[i] + norm.bias[i];
        }
    }
}

void FusedClassifier::logits(const std::int32_t* ids, std::size_t rows, std::size_t steps, float* out) {
    if (rows == 0) return;
    assert(steps > 0);
    engine::LayerInput input;
    input.batch = rows;
    input.steps = steps;
    input.ids32 = ids;
    input.table = weights_.embedding;
    input.vocabulary = static_cast<std::size_t>(options_.vocabulary_size);
    for (std::size_t index = 0; index < layers_.size(); ++index) {
        const bool is_last = index + 1 == layers_.size();
        run_layer(index, input, is_last);
        if (is_last) break;
        input = {};
        input.batch = rows;
        input.steps = steps;
        input.dense = sequences_[index % 2].data();
    }
    if (weights_.batch_norm.weight != nullptr) normalise(rows);
    dense_unit(state_.data(), rows, layers_.back().features(), weights_.dense_weight, *weights_.dense_bias, out);
}

double probability_of_logit(double logit) { return 1 / (1 + std::exp(-logit)); }

bool FusedClassifier::logits_unless(const std::function<bool()>& stop, const std::int32_t* ids, std::size_t rows,
                                    std::size_t steps, float* out) {
    for (std::size_t first = 0; first < rows; first += evaluation_rows) {
        if (stop && stop()) return false;
        logits(ids + first * steps, std::min(evaluation_rows, rows - first), steps, out + first);
    }
    return true;
}

std::vector<float> FusedClassifier::probabilities(const std::int32_t* ids, std::size_t rows, std::size_t steps) {
    std::vector<float> values(rows);
    (void)logits_unless({}, ids, rows, steps, values.data());
    for (auto& value : values) value = static_cast<float>(probability_of_logit(static_cast<double>(value)));
    return values;
}

}  // namespace cellwise::models
