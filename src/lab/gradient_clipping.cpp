#include "lab/gradient_clipping.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "learning/clipping.h"
#include "learning/examples.h"
#include "learning/loss.h"

namespace cellwise::lab {
namespace {

/// A gradient, variable by variable, as what clipping needs of it.
struct Gradient {
    std::vector<std::string> variables;
    std::vector<double> squared_norms;
};

double sum_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum;
}

/// Clipping multiplies each variable's gradient by a factor of its own, so that dot products follow from
/// the variables' squared norms.
ClippedGradient clipped(const Gradient& gradient, double clip_norm, double global_clip_norm) {
    const auto factors =
        learning::clip_factors(gradient.variables, gradient.squared_norms, clip_norm, global_clip_norm);
    ClippedGradient result;
    double product = 0, squares = 0;
    for (std::size_t i = 0; i < factors.size(); ++i) {
        const double square = gradient.squared_norms[i];
        result.norms.push_back(factors[i] * std::sqrt(square));
        result.clipped += factors[i] < 1;
        product += factors[i] * square;
        squares += factors[i] * factors[i] * square;
    }
    result.norm = std::sqrt(squares);
    result.cosine = product / (result.norm * std::sqrt(sum_of(gradient.squared_norms)));
    return result;
}

Gradient gradient_of(const models::Classifier& model) {
    Gradient gradient;
    for (const auto& variable : model->variables()) {
        auto values = variable.value.grad();
        if (values.is_sparse()) values = values.to_dense();  // a fused table's, over the batch's rows
        const double square = values.to(torch::kFloat64).square().sum().item<double>();
        const auto found = std::ranges::find(gradient.variables, variable.keras_name);
        if (found == gradient.variables.end()) {
            gradient.variables.push_back(variable.keras_name);
            gradient.squared_norms.push_back(square);
        } else {
            gradient.squared_norms[static_cast<std::size_t>(found - gradient.variables.begin())] += square;
        }
    }
    return gradient;
}

void clear_gradients(const models::Classifier& model) {
    for (const auto& variable : model->variables()) {
        auto value = variable.value;
        value.mutable_grad().reset();
    }
}

/// A forward pass in training mode moves batch norm's running statistics; this puts them back.
class KeptBuffers {
public:
    explicit KeptBuffers(const models::Classifier& model) {
        for (const auto& buffer : model->buffers()) buffers_.emplace_back(buffer, buffer.clone());
    }
    KeptBuffers(const KeptBuffers&) = delete;
    KeptBuffers& operator=(const KeptBuffers&) = delete;
    ~KeptBuffers() {
        for (auto& [buffer, before] : buffers_) buffer.copy_(before);
    }

private:
    std::vector<std::pair<torch::Tensor, torch::Tensor>> buffers_;
};

}  // namespace

ClippingEffect clipping_effect(models::Classifier& model, const data::PaddedReviews& batch, double clip_norm,
                               double global_clip_norm) {
    const bool was_training = model->is_training();
    const KeptBuffers kept(model);
    model->train();
    clear_gradients(model);
    const learning::Examples examples(batch);
    const auto logits = model->forward(examples.inputs);
    const auto loss = learning::keras_cross_entropy(logits, examples.labels.to(logits.scalar_type())).mean();
    loss.backward();
    const auto gradient = gradient_of(model);
    clear_gradients(model);
    model->train(was_training);

    ClippingEffect effect;
    effect.variables = gradient.variables;
    for (const double square : gradient.squared_norms) effect.norms.push_back(std::sqrt(square));
    effect.norm = std::sqrt(sum_of(gradient.squared_norms));
    effect.loss = loss.item<double>();
    if (clip_norm > 0) effect.per_variable = clipped(gradient, clip_norm, 0);
    if (global_clip_norm > 0) effect.over_all = clipped(gradient, 0, global_clip_norm);
    return effect;
}

}  // namespace cellwise::lab
