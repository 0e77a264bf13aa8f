#include "benchmark/torch_model.h"

#include <torch/torch.h>

#include <vector>

namespace cellwise::benchmark {

namespace {

template <class Options>
Options sized(const models::ClassifierOptions& options) {
    return Options(options.embedding_size, options.hidden_size)
        .batch_first(true)
        .num_layers(options.layers)
        .bidirectional(options.bidirectional);
}

}  // namespace

struct TorchModel::Modules {
    explicit Modules(const models::ClassifierOptions& options)
        : cell(options.cell),
          embedding(options.vocabulary_size, options.embedding_size),
          rnn(sized<torch::nn::RNNOptions>(options)),
          lstm(sized<torch::nn::LSTMOptions>(options)),
          gru(sized<torch::nn::GRUOptions>(options)),
          dense(options.hidden_size * options.directions(), 1),
          optimizer(parameters(), torch::optim::AdamOptions(0.001).eps(1e-7)) {}

    [[nodiscard]] std::vector<torch::Tensor> cell_parameters() const {
        return cell == Cell::simple_rnn ? rnn->parameters()
               : cell == Cell::lstm     ? lstm->parameters()
                                        : gru->parameters();
    }
    [[nodiscard]] std::vector<torch::Tensor> parameters() const {
        auto all = embedding->parameters();
        for (const auto& more : {cell_parameters(), dense->parameters()})
            all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    /// x: [batch, time, embedding]. Returns the last layer's states after its last words, [batch, directions · hidden].
    torch::Tensor last_state(const torch::Tensor& x) {
        const auto states = cell == Cell::simple_rnn ? std::get<1>(rnn->forward(x))
                            : cell == Cell::lstm     ? std::get<0>(std::get<1>(lstm->forward(x)))
                                                     : std::get<1>(gru->forward(x));
        if (dense->options.in_features() == states.size(2)) return states[-1];
        return torch::cat({states[-2], states[-1]}, 1);
    }

    Cell cell;
    torch::nn::Embedding embedding;
    torch::nn::RNN rnn;
    torch::nn::LSTM lstm;
    torch::nn::GRU gru;
    torch::nn::Linear dense;
    torch::optim::Adam optimizer;
};

TorchModel::TorchModel(const models::Classifier& from) : modules_(std::make_unique<Modules>(from->options())) {
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> values{from->embedding->weight};
    for (const auto& layer : from->recurrent) {
        for (std::int64_t direction = 0; direction < layer->directions(); ++direction) {
            const auto& weights = layer->weights(direction);
            values.insert(values.end(), {weights.input, weights.recurrent, weights.bias, weights.recurrent_bias});
        }
    }
    values.insert(values.end(), {from->dense->weight, from->dense->bias});
    const auto parameters = modules_->parameters();
    for (std::size_t i = 0; i < values.size(); ++i) parameters[i].copy_(values[i]);
}

TorchModel::~TorchModel() = default;

torch::Tensor TorchModel::forward(const torch::Tensor& ids) {
    return forward_embedded(modules_->embedding->forward(ids));
}

torch::Tensor TorchModel::forward_embedded(const torch::Tensor& vectors) {
    return modules_->dense->forward(modules_->last_state(vectors)).squeeze(1);
}

void TorchModel::differentiate(const torch::Tensor& vectors, const torch::Tensor& labels) {
    modules_->optimizer.zero_grad();
    vectors.mutable_grad().reset();
    torch::binary_cross_entropy_with_logits(forward_embedded(vectors), labels).backward();
}

void TorchModel::train(const torch::Tensor& ids, const torch::Tensor& labels) {
    modules_->optimizer.zero_grad();
    torch::binary_cross_entropy_with_logits(forward(ids), labels).backward();
    modules_->optimizer.step();
}

}  // namespace cellwise::benchmark
