#pragma once

#include <span>
#include <vector>

#include "core/random.h"
#include "search/space.h"

namespace cellwise::search {

/// A Parzen estimator over (some of) the parameters of a space: a mixture of one kernel an observed point and one
/// that is uniform. In a numeric parameter a kernel is a normal density over its place in [0, 1] (Parameter::to_unit),
/// cut off at 0 and 1; in a choice among names it gives its own name the share (n + 2)/(n + 1 + k), the other k − 1
/// names 1/(n + 1 + k) each, for n observed points. Where a kernel's point has no such parameter (not active) the
/// kernel is uniform in it. A point's density is over the parameters that are active in it, in places of [0, 1].
class ParzenEstimator {
public:
    /// How wide the kernels are, in places of [0, 1].
    struct Bandwidth {
        double factor = 1;    ///< of Scott's rule, σ = factor · s · n^(−1/(d + 4))
        double smallest = 0;  ///< no kernel is narrower
        double largest = 1;   ///< none is wider
    };

    /// `places` are the indices of the parameters that it covers. `weights`: one a point, not negative, of any sum; the
    /// uniform kernel's weight is `prior_weight` > 0.
    ParzenEstimator(const Space& space, std::vector<std::size_t> places, std::span<const Point> points,
                    std::span<const double> weights, double prior_weight, const Bandwidth& bandwidth);

    /// Fills the covered parameters of a point in ascending order; those before them are filled already.
    void sample(Point& point, Random& random) const;

    /// The logarithm of the density of the covered parameters.
    [[nodiscard]] double log_density(const Point& point) const;

private:
    /// One covered parameter of all kernels but the uniform one.
    struct Column {
        std::size_t parameter = 0;
        double width = 1;             ///< σ of a numeric parameter
        std::vector<double> centres;  ///< places in [0, 1], or choices; NaN: not active
        // Of a numeric parameter, by kernel: the cut-off normal density's logarithm is
        // scale · (x − place)² + log_normaliser, and 0 where the kernel does not have the parameter.
        std::vector<double> places, scales, log_normalisers;
        double log_own = 0, log_other = 0;  ///< a choice's logarithmic shares, over those of the uniform kernel
    };

    void fit(Column& column, std::span<const Point> points, const Bandwidth& bandwidth) const;
    [[nodiscard]] double draw(const Column& column, std::size_t kernel, Random& random) const;
    void add_log_density(const Column& column, double value, std::span<double> sums) const;

    const Space& space_;  // lives as long as the sampler
    std::vector<Column> columns_;
    std::vector<double> shares_;  ///< of the kernels, summing to 1; the uniform one last
    std::vector<double> log_shares_;
};

}  // namespace cellwise::search
