#include "benchmark/torch_model.h"

#include <torch/torch.h>

#include <vector>

namespace cellwise::benchmark {

struct TorchModel::Modules {
    explicit Modules(const models::ClassifierOptions& options)
        : cell(options.cell),
          embedding(options.vocabulary_size, options.embedding_size),
          rnn(torch::nn::RNNOptions(options.embedding_size, options.hidden_size).batch_first(true)),
          lstm(torch::nn::LSTMOptions(options.embedding_size, options.hidden_size).batch_first(true)),
          gru(torch::nn::GRUOptions(options.embedding_size, options.hidden_size).batch_first(true)),
          dense(options.hidden_size, 1),
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
    torch::Tensor last_state(const torch::Tensor& ids) {
        const auto x = embedding->forward(ids);
        switch (cell) {
            case Cell::simple_rnn:
                return std::get<1>(rnn->forward(x))[0];
            case Cell::lstm:
                return std::get<0>(std::get<1>(lstm->forward(x)))[0];
            case Cell::gru:
                break;
        }
        return std::get<1>(gru->forward(x))[0];
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
    const auto weights = from->recurrent.front()->weights(0);
    const std::vector<torch::Tensor> values{
        from->embedding->weight, weights.input,       weights.recurrent, weights.bias,
        weights.recurrent_bias,  from->dense->weight, from->dense->bias};
    const auto parameters = modules_->parameters();
    for (std::size_t i = 0; i < values.size(); ++i) parameters[i].copy_(values[i]);
}

TorchModel::~TorchModel() = default;

torch::Tensor TorchModel::forward(const torch::Tensor& ids) {
    return modules_->dense->forward(modules_->last_state(ids)).squeeze(1);
}

void TorchModel::train(const torch::Tensor& ids, const torch::Tensor& labels) {
    modules_->optimizer.zero_grad();
    torch::binary_cross_entropy_with_logits(forward(ids), labels).backward();
    modules_->optimizer.step();
}

}  // namespace cellwise::benchmark
