#pragma once

#include <torch/types.h>

#include <memory>

#include "models/classifier.h"

namespace cellwise::benchmark {

/// The classifier as anyone would write it in LibTorch: torch::nn::Embedding, RNN, LSTM or GRU, Linear,
/// and torch::optim::Adam. It starts from the weights of a Classifier whose layers are alike (the GRU resets after), so
/// both do the same work.
class TorchModel {
public:
    explicit TorchModel(const models::Classifier& from);
    ~TorchModel();
    TorchModel(const TorchModel&) = delete;
    TorchModel& operator=(const TorchModel&) = delete;

    /// ids [batch, time] → logits [batch].
    torch::Tensor forward(const torch::Tensor& ids);

    /// vectors [batch, time, embedding] → logits [batch].
    torch::Tensor forward_embedded(const torch::Tensor& vectors);

    /// One training step; labels [batch], float32.
    void train(const torch::Tensor& ids, const torch::Tensor& labels);

    /// Forward, loss and backward from vectors whose gradient is wanted; no optimizer.
    void differentiate(const torch::Tensor& vectors, const torch::Tensor& labels);

private:
    struct Modules;
    std::unique_ptr<Modules> modules_;
};

}  // namespace cellwise::benchmark
