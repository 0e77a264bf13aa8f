#include "models/classifier.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "engine/large_tensor.h"
#include "models/dense_logits.h"

namespace cellwise::models {
namespace {

ClassifierOptions with_cell(ClassifierOptions options, Cell cell) {
    options.cell = cell;
    return options;
}

}  // namespace

ClassifierImpl::ClassifierImpl(const ClassifierOptions& options, std::uint64_t seed) : options_(options) {
    options.validate();
    Random random(seed, "weights");
    embedding = register_module("embedding", torch::nn::Embedding(options.vocabulary_size, options.embedding_size));
    fill_uniform(embedding->weight, 0.05, random);
    std::int64_t features = options.embedding_size;
    for (const auto& layer : options.recurrent_layers()) {
        recurrent.push_back(register_module(fmt::format("recurrent_{}", recurrent.size()),
                                            RecurrentLayer(options.for_layer(layer), features, random)));
        features = layer.directions() * layer.hidden_size;
    }
    if (options.batch_norm) batch_norm = register_module("batch_norm", KerasBatchNorm1d(features));
    dropout = register_module("dropout", Dropout(options.dropout, Random(seed, "dropout").bits()));
    dense = register_module("dense", torch::nn::Linear(features, 1));
    fill_glorot_uniform(dense->weight, features, 1, random);
    torch::nn::init::zeros_(dense->bias);
}

torch::Tensor ClassifierImpl::forward(const torch::Tensor& ids) { return logits(ids, embedding->weight); }

torch::Tensor ClassifierImpl::forward_embedded(const torch::Tensor& vectors) { return logits(vectors, {}); }

torch::Tensor ClassifierImpl::logits(torch::Tensor input, torch::Tensor table) {
    const auto layers = options_.recurrent_layers();
    (void)pool();  // hands the layers to the engine that fits
    const Shard* shard = shard_ ? &*shard_ : nullptr;
    for (std::size_t layer = 0; layer + 1 < recurrent.size(); ++layer) {
        input = dropout->forward(recurrent[layer]->sequence(input, table), layers[layer].dropout, shard);
        table = torch::Tensor();
    }
    auto state = recurrent.back()->last_state(input, table);
    if (batch_norm) state = batch_norm->forward(state, shard);
    state = dropout->forward(state, dropout->probability(), shard);
    return pool_ ? dense_logits(state, dense->weight, dense->bias) : dense->forward(state).squeeze(1);
}

Engine ClassifierImpl::active_engine() const {
    const auto& weight = embedding->weight;
    const bool fits = weight.is_cpu() && weight.scalar_type() == torch::kFloat32;
    return fits && options_.engine != Engine::torch ? Engine::fused : Engine::torch;
}

void ClassifierImpl::set_threads(int threads) {
    threads_ = threads;
    if (pool_ && threads >= pool_->size()) return pool_->grow(threads);
    pool_.reset();
}

void ClassifierImpl::set_factors(engine::Factors factors) {
    factors_ = factors;
    pool_.reset();
}

std::shared_ptr<engine::ThreadPool> ClassifierImpl::pool() {
    const bool fused = active_engine() == Engine::fused;
    if (fused != (pool_ != nullptr)) {
        pool_ = fused ? engine::make_pool(threads_ > 0 ? threads_ : at::get_num_threads()) : nullptr;
        for (auto& layer : recurrent) layer->compute_with(pool_, factors_);
        if (fused) embedding->weight.set_data(engine::on_large_pages(embedding->weight));
    }
    return pool_;
}

std::optional<FusedClassifier> ClassifierImpl::forward_only() {
    const auto own_pool = pool();
    if (!own_pool) return std::nullopt;
    const auto values = [](const torch::Tensor& tensor) {
        assert(tensor.is_contiguous());
        return tensor.const_data_ptr<float>();
    };
    ClassifierWeights weights;
    weights.embedding = values(embedding->weight);
    for (const auto& layer : recurrent) {
        auto& of_layer = weights.recurrent.emplace_back();
        for (std::int64_t direction = 0; direction < layer->directions(); ++direction) {
            const auto& own = layer->weights(direction);
            of_layer[static_cast<std::size_t>(direction)] = {values(own.input), values(own.recurrent), values(own.bias),
                                                             values(own.recurrent_bias)};
        }
    }
    if (batch_norm) {
        weights.batch_norm = {values(batch_norm->weight), values(batch_norm->bias), values(batch_norm->running_mean),
                              values(batch_norm->running_var)};
    }
    weights.dense_weight = values(dense->weight);
    weights.dense_bias = values(dense->bias);
    return FusedClassifier(options_, weights, own_pool);
}

bool ClassifierImpl::draws_on_the_host() const {
    const auto layers = options_.recurrent_layers();
    return dropout->probability() > 0 ||
           std::any_of(layers.begin(), layers.end(), [](const auto& layer) { return layer.dropout > 0; });
}

std::vector<Variable> ClassifierImpl::variables() const {
    std::vector<Variable> variables;
    const auto add = [&](std::string name, const torch::Tensor& value, std::string keras_name, bool is_kernel) {
        variables.push_back({std::move(name), value, std::move(keras_name), is_kernel});
    };
    add("embedding.weight", embedding->weight, "embedding.embeddings", false);
    for (std::size_t layer = 0; layer < recurrent.size(); ++layer) {
        for (std::int64_t direction = 0; direction < recurrent[layer]->directions(); ++direction) {
            const auto weights = recurrent[layer]->weights(direction);
            const std::string suffix = direction == 0 ? "_l0" : "_l0_reverse";
            const std::string name = fmt::format("recurrent_{}.cell.", layer);
            const std::string keras = fmt::format("recurrent_{}.{}.", layer, direction == 0 ? "forward" : "backward");
            add(name + "weight_ih" + suffix, weights.input, keras + "kernel", true);
            add(name + "weight_hh" + suffix, weights.recurrent, keras + "recurrent_kernel", true);
            add(name + "bias_ih" + suffix, weights.bias, keras + "bias", false);
            if (recurrent[layer]->two_biases()) {
                add(name + "bias_hh" + suffix, weights.recurrent_bias, keras + "bias", false);
            }
        }
    }
    if (batch_norm) {
        add("batch_norm.weight", batch_norm->weight, "batch_norm.gamma", false);
        add("batch_norm.bias", batch_norm->bias, "batch_norm.beta", false);
    }
    add("dense.weight", dense->weight, "dense.kernel", true);
    add("dense.bias", dense->bias, "dense.bias", false);
    return variables;
}

std::int64_t ClassifierImpl::parameter_count() const {
    std::int64_t count = 0;
    for (const auto& variable : variables()) count += variable.value.numel();
    return count;
}

SimpleRNNImpl::SimpleRNNImpl(ClassifierOptions options, std::uint64_t seed)
    : ClassifierImpl(with_cell(options, Cell::simple_rnn), seed) {}

LSTMImpl::LSTMImpl(ClassifierOptions options, std::uint64_t seed)
    : ClassifierImpl(with_cell(options, Cell::lstm), seed) {}

GRUImpl::GRUImpl(ClassifierOptions options, std::uint64_t seed) : ClassifierImpl(with_cell(options, Cell::gru), seed) {}

}  // namespace cellwise::models
