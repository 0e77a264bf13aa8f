#include "training/inference.h"

#include <torch/torch.h>

#include "training/batches.h"
#include "training/device.h"

namespace cellwise::training {
namespace {

// Rows evaluated at once: large enough for full speed, small enough to stay in the cache's reach.
constexpr std::int64_t evaluation_batch = 256;

}  // namespace

std::optional<torch::Tensor> logits_of(models::Classifier& model, const data::PaddedReviews& reviews,
                                       torch::Device device, const std::function<bool()>& stop) {
    const torch::NoGradGuard no_grad;
    model->eval();
    std::optional<OneTorchThread> one_torch_thread;
    if (model->pool()) one_torch_thread.emplace();
    if (reviews.size() == 0) return torch::empty({0}, torch::TensorOptions().device(device));
    const auto ids = view_of_ids(reviews);
    std::vector<torch::Tensor> parts;
    for (const auto& batch : ids.split(evaluation_batch)) {
        if (stop && stop()) return std::nullopt;
        parts.push_back(model->forward(batch.to(device)));
    }
    return torch::cat(parts);
}

std::vector<float> probabilities_of(models::Classifier& model, const data::PaddedReviews& reviews,
                                    torch::Device device) {
    const auto values =
        torch::sigmoid(*logits_of(model, reviews, device)).to(torch::kCPU, torch::kFloat32).contiguous();
    return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

}  // namespace cellwise::training
