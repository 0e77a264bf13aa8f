#include "models/shard.h"

#include <torch/torch.h>

#include <span>

namespace cellwise::models {
namespace {

template <class Value>
void sum_values(torch::Tensor& values, Communicator& processes) {
    processes.sum(std::span(values.data_ptr<Value>(), static_cast<std::size_t>(values.numel())));
}

// On another device than the CPU by way of it.
torch::Tensor summed(const torch::Tensor& own, Communicator& processes) {
    auto values = own.detach().to(torch::kCPU, own.scalar_type(), /*non_blocking=*/false, /*copy=*/true).contiguous();
    if (values.scalar_type() == torch::kFloat64) {
        sum_values<double>(values, processes);
    } else {
        sum_values<float>(values, processes);
    }
    return values.to(own.device());
}

struct SumOverProcesses : torch::autograd::Function<SumOverProcesses> {
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& own,
                                 std::int64_t processes) {
        context->saved_data["processes"] = processes;
        return summed(own, *reinterpret_cast<Communicator*>(processes));
    }
    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   const torch::autograd::variable_list& adjoints) {
        auto* processes = reinterpret_cast<Communicator*>(context->saved_data["processes"].toInt());
        return {summed(adjoints[0], *processes), torch::Tensor()};
    }
};

}  // namespace

Shard Shard::even(Communicator& processes, std::int64_t batch) {
    const std::int64_t size = processes.size(), rank = processes.rank();
    const auto begin = batch * rank / size;
    return {&processes, begin, batch * (rank + 1) / size - begin, batch};
}

torch::Tensor sum_over_processes(const torch::Tensor& own, Communicator& processes) {
    // An autograd context keeps numbers, not pointers.
    return SumOverProcesses::apply(own, reinterpret_cast<std::int64_t>(&processes));
}

}  // namespace cellwise::models
