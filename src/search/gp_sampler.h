#pragma once

#include "core/random.h"
#include "search/even_points.h"
#include "search/gaussian_process.h"
#include "search/sampler.h"

namespace cellwise::search {

/// Bayesian optimisation (Snoek, Larochelle and Adams, NeurIPS 2012): a Gaussian process over what was tried, fitted
/// by marginal likelihood, proposes the point of the largest expected improvement over its best posterior mean. The
/// points of one round believe the process: each is conditioned on the means of those before it (Ginsbourger, Le Riche
/// and Carraro, 2010: "kriging believer").
///
/// The process sees objectives straightened by a Yeo-Johnson transformation and standardised. Beyond
/// `most_observations` trials it sees the best half of that many and the latest others, so that a proposal's cost stays
/// bounded.
class GpSampler : public Sampler {
public:
    static constexpr std::size_t most_observations = 200;

    GpSampler(const Space& space, const SamplerOptions& options)
        : Sampler(space, options), even_points_(space, options.seed) {}
    [[nodiscard]] std::vector<Point> ask(std::size_t count) override;

private:
    /// What is known of a point: a pruned trial counts with its last value, one that failed as the worst.
    struct Observed {
        std::vector<Point> points;
        std::vector<double> values;
    };
    [[nodiscard]] Observed observed() const;
    [[nodiscard]] Point propose(const GaussianProcess& process, const SeenPoints& seen, Random& random) const;

    EvenPoints even_points_;
};

}  // namespace cellwise::search
