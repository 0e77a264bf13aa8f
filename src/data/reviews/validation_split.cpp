#include "data/reviews/validation_split.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"

namespace cellwise::data {

PaddedReviews take_validation(PaddedReviews& train, double share) {
    const auto kept = static_cast<std::size_t>(std::floor(static_cast<double>(train.size()) * (1 - share)));
    if (kept == 0 || kept >= train.size()) {
        throw UsageError(fmt::format("--validation-split {} of {} training reviews leaves nothing to {}", share,
                                     train.size(), kept == 0 ? "train on" : "validate with"));
    }
    PaddedReviews validation;
    validation.length = train.length;
    const auto first = static_cast<std::ptrdiff_t>(kept);
    const auto first_id = static_cast<std::ptrdiff_t>(kept * train.length);
    validation.labels.assign(train.labels.begin() + first, train.labels.end());
    validation.ids.assign(train.ids.begin() + first_id, train.ids.end());
    train.labels.resize(kept);
    train.ids.resize(kept * train.length);
    return validation;
}

}  // namespace cellwise::data
