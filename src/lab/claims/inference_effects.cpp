#include "lab/claims/inference_effects.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "learning/examples.h"
#include "learning/trainer.h"

namespace cellwise::lab {
namespace {

models::Classifier copy_of(const models::Classifier& model) {
    models::Classifier copy(model->options());
    const torch::NoGradGuard no_grad;
    for (const auto& parameter : model->named_parameters()) {
        copy->named_parameters()[parameter.key()].copy_(parameter.value());
    }
    for (const auto& buffer : model->named_buffers()) copy->named_buffers()[buffer.key()].copy_(buffer.value());
    return copy;
}

models::Classifier trained(const TrainingSpec& spec, const data::PaddedReviews& reviews) {
    models::Classifier model(spec.model, spec.seed);
    learning::Trainer trainer(model, spec.training, spec.seed);
    for (std::int64_t epoch = 0; epoch < spec.training.epochs; ++epoch) (void)trainer.train_epoch(reviews, {});
    return model;
}

std::vector<float> probabilities(const models::Classifier& model, const learning::TrainingOptions& options,
                                 const data::PaddedReviews& reviews) {
    return learning::Trainer(copy_of(model), options, 0).probabilities(reviews);
}

double largest_difference(const std::vector<float>& one, const std::vector<float>& other) {
    double largest = 0;
    for (std::size_t i = 0; i < one.size(); ++i)
        largest = std::max(largest, std::abs(double{one[i]} - double{other[i]}));
    return largest;
}

double mean_difference(const std::vector<float>& one, const std::vector<float>& other) {
    double sum = 0;
    for (std::size_t i = 0; i < one.size(); ++i) sum += std::abs(double{one[i]} - double{other[i]});
    return sum / static_cast<double>(one.size());
}

// One training step on the first batch, from the same weights.
std::vector<torch::Tensor> after_a_step(const models::Classifier& model, const learning::TrainingOptions& options,
                                        const data::PaddedReviews& reviews) {
    auto copy = copy_of(model);
    learning::Trainer trainer(copy, options, 0);
    const learning::Examples examples(reviews);
    const auto rows = std::min(options.batch_size, examples.rows());
    (void)trainer.forward_backward(examples.inputs.narrow(0, 0, rows), examples.labels.narrow(0, 0, rows));
    trainer.update();
    std::vector<torch::Tensor> weights;
    for (const auto& variable : copy->variables()) weights.push_back(variable.value.detach().clone());
    return weights;
}

}  // namespace

DecayEffect weight_decay_effect(const TrainingSpec& spec, const data::PaddedReviews& train,
                                const data::PaddedReviews& test) {
    const auto model = trained(spec, train);
    auto with = spec.training;
    with.weight_decay = 0.01;
    with.l2 = 0.01;
    auto without = spec.training;
    without.weight_decay = 0;
    without.l2 = 0;
    DecayEffect effect;
    effect.inference = largest_difference(probabilities(model, with, test), probabilities(model, without, test));
    const auto decayed = after_a_step(model, with, train), plain = after_a_step(model, without, train);
    for (std::size_t i = 0; i < decayed.size(); ++i) {
        effect.decay_moved = std::max(effect.decay_moved, (decayed[i] - plain[i]).abs().max().item<double>());
    }
    return effect;
}

NormEffect batch_norm_effect(const TrainingSpec& spec, const data::PaddedReviews& train,
                             const data::PaddedReviews& test) {
    auto with_norm = spec;
    with_norm.model.batch_norm = true;
    const auto model = trained(with_norm, train);
    const auto normalised = probabilities(model, spec.training, test);

    auto options = model->options();
    options.batch_norm = false;
    models::Classifier bare(options);
    {
        const torch::NoGradGuard no_grad;
        const auto from = model->named_parameters();
        for (auto& parameter : bare->named_parameters()) parameter.value().copy_(from[parameter.key()]);
    }
    const auto left_out = probabilities(bare, spec.training, test);

    auto by_batch = copy_of(model);
    by_batch->train();
    const torch::NoGradGuard no_grad;
    std::vector<float> batch_normalised;
    for (const auto& ids : learning::Examples(test).inputs.split(spec.training.batch_size)) {
        const auto values = torch::sigmoid(by_batch->forward(ids)).contiguous();
        batch_normalised.insert(batch_normalised.end(), values.const_data_ptr<float>(),
                                values.const_data_ptr<float>() + values.numel());
    }
    return {mean_difference(normalised, left_out), largest_difference(normalised, left_out),
            mean_difference(normalised, batch_normalised)};
}

}  // namespace cellwise::lab
