#include "benchmark/phases.h"

#include <torch/torch.h>

#include <utility>

namespace cellwise::benchmark {
namespace {

engine::LayerOptions layer_options(const models::ClassifierOptions& options) {
    engine::LayerOptions layer;
    layer.cell = options.cell == Cell::simple_rnn ? engine::CellKind::simple_rnn
                 : options.cell == Cell::lstm     ? engine::CellKind::lstm
                                                  : engine::CellKind::gru;
    layer.input_size = static_cast<std::size_t>(options.embedding_size);
    layer.hidden_size = static_cast<std::size_t>(options.hidden_size);
    return layer;
}

const float* values(const torch::Tensor& tensor) { return tensor.const_data_ptr<float>(); }

}  // namespace

PassPhases::PassPhases(models::Classifier model) : model_(std::move(model)), pass_(layer_options(model_->options())) {}

void PassPhases::run(const torch::Tensor& ids, bool counted) {
    const torch::NoGradGuard no_grad;
    const auto weights = model_->recurrent.front()->weights(0);
    const auto& options = model_->options();
    engine::LayerInput input;
    input.batch = static_cast<std::size_t>(ids.size(0));
    input.steps = static_cast<std::size_t>(ids.size(1));
    input.ids32 = ids.const_data_ptr<std::int32_t>();
    input.table = values(model_->embedding->weight);
    input.vocabulary = static_cast<std::size_t>(options.vocabulary_size);
    const auto last = torch::empty({ids.size(0), options.hidden_size});
    pass_.forward(
        *model_->pool(),
        {values(weights.input), values(weights.recurrent), values(weights.bias), values(weights.recurrent_bias)}, input,
        {last.data_ptr<float>(), nullptr}, true);
    const auto last_gradient = torch::full_like(last, 1e-3);
    const auto w_ih = torch::empty_like(weights.input), w_hh = torch::empty_like(weights.recurrent);
    const auto b_ih = torch::empty_like(weights.bias), b_hh = torch::empty_like(weights.bias);
    const auto rows = torch::empty({static_cast<std::int64_t>(pass_.tokens().size()), options.embedding_size});
    pass_.backward(*model_->pool(), input, {values(last_gradient), nullptr},
                   {w_ih.data_ptr<float>(), w_hh.data_ptr<float>(), b_ih.data_ptr<float>(), b_hh.data_ptr<float>(),
                    rows.data_ptr<float>()});
    if (counted) seconds_.push_back(pass_.seconds());
}

std::vector<benchmark::PhaseTiming> PassPhases::report(const Work& work, const Shape& shape, double gradient_ms,
                                                       double update_ms) const {
    const Cell cell = model_->options().cell;
    const double projection = work.projection_gflop(cell, shape, 1);
    const double recurrent = work.recurrent_gflop(cell, shape, 1);
    const auto median = [&](double engine::PassSeconds::*part) {
        std::vector<double> times;
        for (const auto& each : seconds_) times.push_back(1e3 * (each.*part));
        return benchmark::Timing::of(std::move(times)).median;
    };
    using Seconds = engine::PassSeconds;
    std::vector<benchmark::PhaseTiming> phases{
        {"plan of the batch, weights packed", median(&Seconds::plan), 0},
        {"projection of the distinct words", median(&Seconds::projection), projection},
        {"recurrence forward", median(&Seconds::recurrent_forward), recurrent},
        {"recurrence backward, dW_hh, sums by word", median(&Seconds::recurrent_backward), 2 * recurrent},
        {"the blocks' sums together, dW_ih, dE", median(&Seconds::input_backward), 2 * projection},
        {"partial weight gradients collected", median(&Seconds::collection), 0}};
    double kernels = 0;
    for (const auto& phase : phases) kernels += phase.milliseconds;
    phases.push_back({"head, loss, autograd", gradient_ms - kernels, 0});
    phases.push_back({"optimizer", update_ms, 0});
    return phases;
}

}  // namespace cellwise::benchmark
