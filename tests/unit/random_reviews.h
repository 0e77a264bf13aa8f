#pragma once

#include <cstdint>

#include "core/random.h"
#include "data/reviews/dataset.h"

namespace cellwise::test {

/// Reviews of words below 20 (the vocabulary of classifier_kinds.h), always the same ones.
inline data::PaddedReviews random_reviews(std::size_t count, std::size_t length) {
    Random random(5, "reviews");
    data::PaddedReviews reviews;
    reviews.length = length;
    for (std::size_t i = 0; i < count * length; ++i) {
        reviews.ids.push_back(static_cast<std::int32_t>(random.below(20)));
    }
    for (std::size_t i = 0; i < count; ++i) reviews.labels.push_back(static_cast<std::uint8_t>(random.below(2)));
    return reviews;
}

}  // namespace cellwise::test
