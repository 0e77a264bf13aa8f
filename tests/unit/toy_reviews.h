#pragma once

#include <cstddef>
#include <cstdint>

#include "core/cell.h"
#include "core/random.h"
#include "data/reviews/dataset.h"
#include "models/options.h"

namespace cellwise::test {

/// Positive reviews hold word 5, negative ones word 6, somewhere among others.
inline data::PaddedReviews toy_reviews(std::size_t rows, std::size_t length) {
    data::PaddedReviews reviews;
    reviews.length = length;
    Random random(9, "toy");
    for (std::size_t row = 0; row < rows; ++row) {
        const auto label = static_cast<std::uint8_t>(random.below(2));
        for (std::size_t i = 0; i < length; ++i) reviews.ids.push_back(static_cast<std::int32_t>(7 + random.below(13)));
        reviews.ids[row * length + random.below(length)] = label == 1 ? 5 : 6;
        reviews.labels.push_back(label);
    }
    return reviews;
}

/// A small classifier of such reviews.
inline models::ClassifierOptions toy_model(Cell cell) {
    models::ClassifierOptions options;
    options.cell = cell;
    options.vocabulary_size = 20;
    options.embedding_size = 8;
    options.hidden_size = 8;
    options.dropout = 0.1;
    return options;
}

}  // namespace cellwise::test
