#include "models/dense_logits.h"

#include <torch/torch.h>

#include "core/error.h"
#include "models/fused_classifier.h"

namespace cellwise::models {
namespace {

template <class Value>
void multiply(const torch::Tensor& state, const torch::Tensor& weight, const torch::Tensor& bias,
              torch::Tensor& logits) {
    dense_unit(state.const_data_ptr<Value>(), static_cast<std::size_t>(state.size(0)),
               static_cast<std::size_t>(state.size(1)), weight.const_data_ptr<Value>(), *bias.const_data_ptr<Value>(),
               logits.mutable_data_ptr<Value>());
}

struct Gradients {
    torch::Tensor state, weight, bias;
};

template <class Value>
void differentiate(const torch::Tensor& state, const torch::Tensor& weight, const torch::Tensor& slopes,
                   const Gradients& gradients) {
    const auto features = state.size(1);
    const auto* x = state.const_data_ptr<Value>();
    const auto* const w = weight.const_data_ptr<Value>();
    const auto* const g = slopes.const_data_ptr<Value>();
    auto* dx = gradients.state.mutable_data_ptr<Value>();
    auto* const dw = gradients.weight.mutable_data_ptr<Value>();
    Value sum = 0;
    for (std::int64_t row = 0; row < state.size(0); ++row, x += features, dx += features) {
        const Value slope = g[row];
        sum += slope;
        for (std::int64_t i = 0; i < features; ++i) {
            dx[i] = slope * w[i];
            dw[i] += slope * x[i];
        }
    }
    *gradients.bias.mutable_data_ptr<Value>() = sum;
}

struct DenseLogits : torch::autograd::Function<DenseLogits> {
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& state,
                                 const torch::Tensor& weight, const torch::Tensor& bias) {
        auto logits = torch::empty({state.size(0)}, state.options().requires_grad(false));
        state.scalar_type() == torch::kFloat64 ? multiply<double>(state, weight, bias, logits)
                                               : multiply<float>(state, weight, bias, logits);
        context->save_for_backward({state, weight});
        return logits;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   const torch::autograd::variable_list& adjoints) {
        if (torch::GradMode::is_enabled()) {
            throw InternalError("dense_logits: its backward cannot be differentiated (--engine torch can)");
        }
        const auto saved = context->get_saved_variables();
        const auto slopes = adjoints[0].contiguous();
        const Gradients gradients{torch::empty_like(saved[0]), torch::zeros_like(saved[1]),
                                  torch::empty({1}, saved[1].options())};
        saved[0].scalar_type() == torch::kFloat64 ? differentiate<double>(saved[0], saved[1], slopes, gradients)
                                                  : differentiate<float>(saved[0], saved[1], slopes, gradients);
        return {gradients.state, gradients.weight, gradients.bias};
    }
};

}  // namespace

torch::Tensor dense_logits(const torch::Tensor& state, const torch::Tensor& weight, const torch::Tensor& bias) {
    const auto type = state.scalar_type();
    const bool fits = state.is_cpu() && weight.is_cpu() && bias.is_cpu() &&
                      (type == torch::kFloat32 || type == torch::kFloat64) && state.dim() == 2 &&
                      weight.scalar_type() == type && bias.scalar_type() == type && weight.dim() == 2 &&
                      weight.size(0) == 1 && weight.size(1) == state.size(1) && bias.dim() == 1 && bias.size(0) == 1;
    if (!fits) throw InternalError("dense_logits: not [batch, features], [1, features] and [1] of one type on the CPU");
    return DenseLogits::apply(state.contiguous(), weight.contiguous(), bias);
}

}  // namespace cellwise::models
