#include "learning/data_parallel.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <cstring>
#include <span>
#include <string>

#include "core/error.h"

namespace cellwise::learning {
namespace {

std::span<const std::byte> bytes_of(const torch::Tensor& values) {
    return {static_cast<const std::byte*>(values.const_data_ptr()), values.nbytes()};
}

// The processes' tensors, whose first dimension may differ, one after another.
torch::Tensor gathered(const torch::Tensor& own, Communicator& processes) {
    const auto local = own.detach().cpu().contiguous();
    const auto parts = processes.gather(bytes_of(local));
    auto sizes = local.sizes().vec();
    std::size_t bytes = 0;
    for (const auto& part : parts) bytes += part.size();
    auto bytes_a_row = static_cast<std::int64_t>(local.element_size());
    for (std::size_t i = 1; i < sizes.size(); ++i) bytes_a_row *= sizes[i];
    sizes[0] = static_cast<std::int64_t>(bytes) / bytes_a_row;
    auto all = torch::empty(sizes, local.options());
    auto* to = static_cast<std::byte*>(all.data_ptr());
    for (const auto& part : parts) {
        if (!part.empty()) std::memcpy(to, part.data(), part.size());
        to += part.size();
    }
    return all;
}

// A table's gradient: the rows of all processes, those of the same number added up in the order of ranks.
torch::Tensor summed_rows(const torch::Tensor& gradient, Communicator& processes) {
    const auto indices = gathered(gradient._indices()[0], processes);
    const auto values = gathered(gradient._values(), processes);
    return torch::sparse_coo_tensor(indices.unsqueeze(0), values, gradient.sizes()).coalesce();
}

template <class Value>
void sum_values(torch::Tensor& values, Communicator& processes) {
    processes.sum(std::span(values.data_ptr<Value>(), static_cast<std::size_t>(values.numel())));
}

}  // namespace

void sum_gradients(const std::vector<models::Variable>& variables, Communicator& processes) {
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> dense;
    for (const auto& variable : variables) {
        auto& gradient = variable.value.mutable_grad();
        if (!gradient.defined()) throw InternalError(fmt::format("{} has no gradient to sum", variable.name));
        if (gradient.is_sparse()) {
            gradient = summed_rows(gradient, processes);
        } else {
            dense.push_back(gradient.flatten());
        }
    }
    if (dense.empty()) return;
    // One exchange for all of them: it costs by the message more than by the byte.
    auto all = torch::cat(dense).cpu();
    if (all.scalar_type() == torch::kFloat64) {
        sum_values<double>(all, processes);
    } else {
        sum_values<float>(all, processes);
    }
    std::int64_t begin = 0;
    for (const auto& variable : variables) {
        auto& gradient = variable.value.mutable_grad();
        if (gradient.is_sparse()) continue;
        gradient.copy_(all.narrow(0, begin, gradient.numel()).view(gradient.sizes()));
        begin += gradient.numel();
    }
}

torch::Tensor gather_rows(const torch::Tensor& own, Communicator& processes) {
    return gathered(own, processes).to(own.device());
}

}  // namespace cellwise::learning
