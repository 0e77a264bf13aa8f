#include "learning/batches.h"

#include <torch/torch.h>

#include <span>

namespace cellwise::learning {

torch::Tensor shuffled_rows(const Examples& examples, Random& order) {
    auto rows = torch::arange(examples.rows());
    order.shuffle(std::span(rows.data_ptr<std::int64_t>(), static_cast<std::size_t>(examples.rows())));
    return rows;
}

std::vector<torch::Tensor> shuffled_batches(const Examples& examples, std::int64_t batch_size, Random& order) {
    return shuffled_rows(examples, order).split(batch_size);
}

}  // namespace cellwise::learning
