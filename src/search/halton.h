#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cellwise::search {

/// A randomised Halton sequence (Owen, "A randomized Halton algorithm in R", arXiv:1706.02808): every point alone is
/// uniform in the unit cube, and together they fill it more evenly than independent points do. Each digit of each
/// dimension has a random permutation of its own.
class Halton {
public:
    Halton(std::size_t dimensions, std::uint64_t seed);

    /// The coordinates of point number `index`, each in [0, 1).
    [[nodiscard]] std::vector<double> point(std::uint64_t index) const;

private:
    struct Dimension {
        std::uint64_t base = 2;
        std::vector<std::vector<std::uint32_t>> permutations;  ///< [digit][value]
    };
    std::vector<Dimension> dimensions_;
};

}  // namespace cellwise::search
