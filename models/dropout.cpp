#include "models/dropout.h"

#include <torch/torch.h>

namespace cellwise::models {

DropoutImpl::DropoutImpl(double probability, std::uint64_t seed)
    : probability_(probability), generator_(at::make_generator<at::CPUGeneratorImpl>(seed)) {}

torch::Tensor DropoutImpl::forward(const torch::Tensor& input, double probability, const Shard* shard) {
    if (!is_training() || probability == 0) return input;
    const double keep = 1 - probability;
    // The mask is drawn on the CPU whatever the device: the same seed gives the same mask everywhere.
    auto sizes = input.sizes().vec();
    if (shard != nullptr) sizes[0] = shard->of;
    auto mask = torch::empty(sizes, torch::dtype(input.dtype())).bernoulli_(keep, generator_).div_(keep);
    if (shard != nullptr) mask = mask.narrow(0, shard->given_first(), shard->given());
    return input * mask.to(input.device());
}

}  // namespace cellwise::models
