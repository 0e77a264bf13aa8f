#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "core/random.h"
#include "lab/matrix.h"

namespace cellwise::lab {

/// A tensor [values] that owns a copy of the values.
template <class Real>
[[nodiscard]] torch::Tensor tensor_of(Values<Real> values) {
    const auto size = static_cast<std::int64_t>(values.size());
    auto tensor = torch::empty({size}, torch::CppTypeToScalarType<Real>::value);
    std::copy(values.begin(), values.end(), tensor.template data_ptr<Real>());
    return tensor;
}

/// A tensor [rows, columns].
template <class Real>
[[nodiscard]] torch::Tensor tensor_of(const Matrix<Real>& matrix) {
    return tensor_of<Real>(matrix.values)
        .view({static_cast<std::int64_t>(matrix.rows), static_cast<std::int64_t>(matrix.columns)});
}

/// All elements of a tensor, row after row.
template <class Real>
[[nodiscard]] std::vector<Real> values_of(const torch::Tensor& tensor) {
    const auto flat = tensor.detach().contiguous();
    const Real* first = flat.template data_ptr<Real>();
    return std::vector<Real>(first, first + flat.numel());
}

/// A standard normal tensor of Real, drawn in float64 so that both precisions see the same numbers.
template <class Real>
torch::Tensor normal_tensor(at::IntArrayRef shape, Random& random) {
    auto tensor = torch::empty(shape, torch::kFloat64);
    for (double& value : std::span(tensor.data_ptr<double>(), static_cast<std::size_t>(tensor.numel()))) {
        value = random.normal();
    }
    return tensor.to(torch::CppTypeToScalarType<Real>::value);
}

}  // namespace cellwise::lab
