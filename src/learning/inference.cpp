#include "learning/inference.h"

#include <torch/torch.h>

#include "learning/batches.h"
#include "learning/device.h"
#include "learning/loss.h"

namespace cellwise::learning {
namespace {

constexpr auto evaluation_batch = static_cast<std::int64_t>(models::evaluation_rows);
// A GPU needs more to be busy.
constexpr std::int64_t device_evaluation_batch = 2048;

// Without tensors in between: the model's weights stay as they are while its examples go by.
std::optional<torch::Tensor> fused_logits(models::FusedClassifier& model, const torch::Tensor& ids,
                                          const std::function<bool()>& stop) {
    auto logits = torch::empty({ids.size(0)});
    const bool is_done =
        model.logits_unless(stop, ids.const_data_ptr<std::int32_t>(), static_cast<std::size_t>(ids.size(0)),
                            static_cast<std::size_t>(ids.size(1)), logits.mutable_data_ptr<float>());
    if (!is_done) return std::nullopt;
    return logits;
}

}  // namespace

std::optional<torch::Tensor> logits_of(models::Classifier& model, const Examples& examples, torch::Device device,
                                       const std::function<bool()>& stop, std::int64_t first,
                                       std::optional<std::int64_t> rows) {
    const torch::NoGradGuard no_grad;
    model->eval();
    std::optional<ComputeScope> one_torch_thread;
    if (model->pool()) one_torch_thread.emplace(1, Denormals::kept);
    const auto all = examples.inputs;
    // A device of its own gets them at once, not batch by batch.
    const auto ids = all.narrow(0, first, rows.value_or(all.size(0) - first)).to(device);
    if (ids.size(0) == 0) return torch::empty({0}, model->dense->weight.options());
    if (auto fused = model->forward_only()) return fused_logits(*fused, ids, stop);
    std::vector<torch::Tensor> parts;
    for (const auto& batch : ids.split(device.is_cpu() ? evaluation_batch : device_evaluation_batch)) {
        if (stop && stop()) return std::nullopt;
        parts.push_back(model->forward(batch));
    }
    return torch::cat(parts);
}

records::Metrics metrics_of(const torch::Tensor& logits, const Examples& examples, double penalty) {
    const torch::NoGradGuard no_grad;
    const auto labels = examples.labels.to(logits.device());
    records::Metrics metrics;
    metrics.loss = keras_cross_entropy(logits, labels.to(logits.scalar_type())).mean(torch::kFloat64).item<double>();
    metrics.loss += penalty;
    metrics.accuracy = (logits > 0).eq(labels.to(torch::kBool)).to(torch::kFloat64).mean().item<double>();
    return metrics;
}

// One by one: torch::sigmoid rounds the rows that fill no whole vector otherwise, so that a row's last bit would depend
// on how many stand beside it.
std::vector<double> probabilities_of_logits(const torch::Tensor& logits) {
    const auto values = logits.to(torch::kCPU, torch::kFloat64).contiguous();
    std::vector<double> probabilities(values.data_ptr<double>(), values.data_ptr<double>() + values.numel());
    for (auto& value : probabilities) value = models::probability_of_logit(value);
    return probabilities;
}

Evaluation evaluate(models::Classifier model, const Examples& examples, torch::Device device, double l2) {
    const torch::NoGradGuard no_grad;
    model->to(device);
    const auto logits = *logits_of(model, examples, device);
    const double penalty = l2 > 0 ? l2_penalty(model->variables(), l2).item<double>() : 0;
    return {metrics_of(logits, examples, penalty), probabilities_of_logits(logits)};
}

std::vector<float> probabilities_of(models::Classifier& model, const Examples& examples, torch::Device device) {
    const auto values = probabilities_of_logits(*logits_of(model, examples, device));
    std::vector<float> probabilities;
    for (const double value : values) probabilities.push_back(static_cast<float>(value));
    return probabilities;
}

}  // namespace cellwise::learning
