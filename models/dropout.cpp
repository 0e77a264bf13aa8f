#include "models/dropout.h"

#include <torch/torch.h>

namespace cellwise::models {

DropoutImpl::DropoutImpl(double probability, std::uint64_t seed)
    : probability_(probability), generator_(at::make_generator<at::CPUGeneratorImpl>(seed)) {}

torch::Tensor DropoutImpl::forward(const torch::Tensor& input, double probability) {
    if (!is_training() || probability == 0) return input;
    const double keep = 1 - probability;
    // The mask is drawn on the CPU whatever the device: the same seed gives the same mask everywhere.
    auto mask = torch::empty(input.sizes(), torch::dtype(input.dtype())).bernoulli_(keep, generator_).div_(keep);
    return input * mask.to(input.device());
}

}  // namespace cellwise::models
