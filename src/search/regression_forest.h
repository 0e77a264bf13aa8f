#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"

namespace cellwise::search {

/// A regression tree over the unit cube [dimensions], grown by the splits that lessen the squared error most (Breiman
/// et al., 1984) until a leaf has fewer than two different points. Its leaves are boxes that fill the cube.
class RegressionTree {
public:
    struct Leaf {
        std::vector<double> low, high;  ///< [dimensions]
        double value = 0;               ///< the mean of its rows
    };

    /// `rows` picks rows of the points, one more than once in a bootstrap sample. At each split `candidates` dimensions
    /// that `random` draws are looked at.
    RegressionTree(std::span<const std::vector<double>> points, std::span<const double> values,
                   std::vector<std::size_t> rows, std::size_t candidates, Random& random);

    [[nodiscard]] const std::vector<Leaf>& leaves() const { return leaves_; }
    [[nodiscard]] double predict(std::span<const double> point) const;

    /// The mean over the cube, and the variance about it.
    [[nodiscard]] double mean() const;
    [[nodiscard]] double variance() const;
    /// The variance of the marginal of one dimension: of the mean over all other dimensions, as that one varies.
    [[nodiscard]] double marginal_variance(std::size_t dimension) const;

private:
    struct Split {
        std::size_t dimension = 0;
        double place = 0;
        double gain = 0;  ///< in the sum of squared errors; 0: there is no split
    };
    void grow(std::vector<std::size_t> rows, Leaf box, std::size_t candidates, Random& random);
    [[nodiscard]] Split best_split(const std::vector<std::size_t>& rows, std::span<const std::size_t> dimensions) const;

    std::span<const std::vector<double>> points_;  // of the constructor's call alone
    std::span<const double> values_;
    std::vector<Leaf> leaves_;
};

/// Trees on bootstrap samples (Breiman, "Random forests", Machine Learning 45, 2001), each split among a random 5/6 of
/// the dimensions, as functional ANOVA's authors take. Depends on the points, the values and the seed alone.
[[nodiscard]] std::vector<RegressionTree> regression_forest(std::span<const std::vector<double>> points,
                                                            std::span<const double> values, std::size_t trees,
                                                            std::uint64_t seed);

}  // namespace cellwise::search
