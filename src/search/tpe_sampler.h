#pragma once

#include "core/random.h"
#include "search/even_points.h"
#include "search/parzen.h"
#include "search/sampler.h"

namespace cellwise::search {

/// The tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl, "Algorithms for hyper-parameter
/// optimization", NeurIPS 2011): the trials are parted into the best few and the others, a density is fitted to each,
/// l and g, and of points drawn from l the one with the largest l/g is proposed, which has the largest expected
/// improvement.
///
/// Multivariate (the default): l and g are over all parameters at once, so that what goes together stays together
/// (Falkner, Klein and Hutter, ICML 2018). Else each parameter is chosen by densities of its own, as in the paper.
/// A point that is still to be tried counts among the others (a constant liar), so that a round spreads.
class TpeSampler : public Sampler {
public:
    TpeSampler(const Space& space, const SamplerOptions& options)
        : Sampler(space, options), even_points_(space, options.seed) {}
    [[nodiscard]] std::vector<Point> ask(std::size_t count) override;

    /// How many of n trials are the best few.
    [[nodiscard]] static std::size_t best_count(std::size_t trials);

private:
    struct Densities {
        ParzenEstimator good, others;
    };
    [[nodiscard]] Densities densities(const std::vector<std::size_t>& places, std::span<const Point> good,
                                      std::span<const double> weights, std::span<const Point> others) const;
    [[nodiscard]] Point propose(std::span<const Point> good, std::span<const double> weights,
                                std::span<const Point> others, const SeenPoints& seen, Random& random) const;

    EvenPoints even_points_;
};

}  // namespace cellwise::search
