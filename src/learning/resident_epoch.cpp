#include "learning/resident_epoch.h"

#include <torch/torch.h>

#include "learning/batches.h"

namespace cellwise::learning {

ResidentEpoch::ResidentEpoch(torch::Device device)
    : device_(device), recorder_(device), sums_(torch::zeros({2}, torch::dtype(torch::kFloat64).device(device))) {}

void ResidentEpoch::begin(const Examples& examples, const torch::Tensor& order, const EpochSums& before) {
    const auto ids = examples.inputs;
    const bool is_loaded = loaded_ == ids.const_data_ptr() && ids_.sizes() == ids.sizes();
    if (!is_loaded) {
        recorder_.forget();
        ids_ = ids.to(device_);
        labels_ = examples.labels.to(device_);
        order_ = torch::empty_like(order, torch::TensorOptions().device(device_));
        rows_ = torch::empty_like(order_);
        loaded_ = ids.const_data_ptr();
    }
    order_.copy_(order);
    sums_.select(0, 0).fill_(before.loss);
    sums_.select(0, 1).fill_(before.right);
}

void ResidentEpoch::step(std::int64_t first, std::int64_t rows,
                         const std::function<StepResult(const torch::Tensor&, const torch::Tensor&)>& compute) {
    const auto batch = rows_.narrow(0, 0, rows);
    batch.copy_(order_.narrow(0, first, rows));
    recorder_.run(rows, [&] {
        const auto labels = labels_.index_select(0, batch);
        const auto result = compute(ids_.index_select(0, batch), labels);
        const torch::NoGradGuard no_grad;
        sums_.select(0, 0).add_(result.loss.to(torch::kFloat64), static_cast<double>(rows));
        sums_.select(0, 1).add_((result.logits > 0).eq(labels.to(torch::kBool)).sum());
    });
}

EpochSums ResidentEpoch::sums() const {
    const auto values = sums_.cpu();
    return {values[0].item<double>(), values[1].item<double>()};
}

}  // namespace cellwise::learning
