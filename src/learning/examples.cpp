#include "learning/examples.h"

#include <torch/torch.h>

#include <cassert>

namespace cellwise::learning {

// from_blob wants a mutable pointer; nothing writes through it.
Examples::Examples(std::span<const std::int32_t> ids, std::size_t length, std::span<const std::uint8_t> truths)
    : inputs(torch::from_blob(const_cast<std::int32_t*>(ids.data()),
                              {static_cast<std::int64_t>(truths.size()), static_cast<std::int64_t>(length)},
                              torch::kInt32)),
      labels(torch::from_blob(const_cast<std::uint8_t*>(truths.data()), {static_cast<std::int64_t>(truths.size())},
                              torch::kUInt8)) {
    assert(ids.size() == truths.size() * length);
}

}  // namespace cellwise::learning
