#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/tables/features.h"

namespace cellwise::tables {

/// Labels and features with made-up rows behind the true ones.
struct Oversampled {
    FeatureMatrix features;
    std::vector<std::int32_t> labels;
    std::int64_t made_up = 0;  ///< how many of the rows, the last ones
};

struct SmoteOptions {
    std::int64_t neighbours = 5;
    std::uint64_t seed = 42;
    /// [columns]: whole numbers, whose new values are cut to whole ones. Empty: none is.
    std::vector<bool> whole;
};

/// SMOTE (Chawla et al. 2002) as imbalanced-learn 0.14 does it: every class gets as many rows as the largest. A new row
/// lies between a row of its class and one of its nearest neighbours there. features and labels: the training part of a
/// fold, in its order. Throws DataError if a class has fewer than two rows; with fewer than six it takes the neighbours
/// that there are.
[[nodiscard]] Oversampled smote(const FeatureMatrix& features, std::span<const std::int32_t> labels,
                                const SmoteOptions& options);

/// SMOTENC: features of one source that are the levels of a category are taken together from the neighbours' majority,
/// not from a line between two rows. `categorical`: [columns], true for such features.
[[nodiscard]] Oversampled smotenc(const FeatureMatrix& features, std::span<const std::int32_t> labels,
                                  const std::vector<bool>& categorical, const SmoteOptions& options);

}  // namespace cellwise::tables
