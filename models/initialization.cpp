#include "models/initialization.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

namespace cellwise::models {
namespace {

template <class Draw>
torch::Tensor drawn(torch::IntArrayRef shape, Draw draw) {
    auto values = torch::empty(shape, torch::kFloat64);
    std::generate_n(values.data_ptr<double>(), values.numel(), draw);
    return values;
}

void assign(torch::Tensor& weight, const torch::Tensor& values) {
    const torch::NoGradGuard no_grad;
    weight.copy_(values);
}

}  // namespace

void fill_uniform(torch::Tensor weight, double limit, Random& random) {
    assign(weight, drawn(weight.sizes(), [&] { return random.uniform(-limit, limit); }));
}

void fill_glorot_uniform(torch::Tensor weight, std::int64_t in, std::int64_t out, Random& random) {
    fill_uniform(weight, std::sqrt(6.0 / static_cast<double>(in + out)), random);
}

void fill_orthogonal(torch::Tensor weight, Random& random) {
    const auto rows = std::max(weight.size(0), weight.size(1));
    const auto columns = std::min(weight.size(0), weight.size(1));
    const auto normal = drawn({rows, columns}, [&] { return random.normal(); });
    const auto [q, r] = torch::linalg_qr(normal, "reduced");
    // A zero on the diagonal (probability nil) keeps its column.
    const auto signs = torch::where(r.diagonal() < 0, -1.0, 1.0);
    const auto orthogonal = q * signs;
    assign(weight, weight.size(0) >= weight.size(1) ? orthogonal : orthogonal.t());
}

}  // namespace cellwise::models
