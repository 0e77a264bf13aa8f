#pragma once

#include "search/even_points.h"
#include "search/sampler.h"

namespace cellwise::search {

/// Random search (Bergstra and Bengio, JMLR 13, 2012) with evenly spread random points, as that paper's section 4
/// recommends: each is uniform, and together they leave smaller holes.
class RandomSampler : public Sampler {
public:
    RandomSampler(const Space& space, const SamplerOptions& options)
        : Sampler(space, options), points_(space, options.seed) {}
    [[nodiscard]] std::vector<Point> ask(std::size_t count) override;

private:
    EvenPoints points_;
    SeenPoints seen_;
    std::size_t known_ = 0;  ///< trials in seen_
};

}  // namespace cellwise::search
