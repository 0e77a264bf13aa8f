#include "learning/batches.h"

#include <torch/torch.h>

#include <span>

namespace cellwise::learning {

torch::Tensor view_of_ids(const data::PaddedReviews& reviews) {
    // from_blob wants a mutable pointer; nothing writes through it.
    auto* ids = const_cast<std::int32_t*>(reviews.ids.data());
    return torch::from_blob(ids, {static_cast<std::int64_t>(reviews.size()), static_cast<std::int64_t>(reviews.length)},
                            torch::kInt32);
}

torch::Tensor view_of_labels(const data::PaddedReviews& reviews) {
    auto* labels = const_cast<std::uint8_t*>(reviews.labels.data());
    return torch::from_blob(labels, {static_cast<std::int64_t>(reviews.size())}, torch::kUInt8);
}

torch::Tensor shuffled_rows(const data::PaddedReviews& reviews, Random& order) {
    auto rows = torch::arange(static_cast<std::int64_t>(reviews.size()));
    order.shuffle(std::span(rows.data_ptr<std::int64_t>(), reviews.size()));
    return rows;
}

std::vector<torch::Tensor> shuffled_batches(const data::PaddedReviews& reviews, std::int64_t batch_size,
                                            Random& order) {
    return shuffled_rows(reviews, order).split(batch_size);
}

}  // namespace cellwise::learning
