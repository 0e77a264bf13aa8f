#pragma once

#include "search/sampler.h"

namespace cellwise::search {

/// Every combination once, the last parameter changing fastest. A choice has all its values; a range has
/// `grid_points`, ends included, even in what the range is even in; whole ranges not more than they hold.
class GridSampler : public Sampler {
public:
    GridSampler(const Space& space, const SamplerOptions& options);
    [[nodiscard]] std::vector<Point> ask(std::size_t count) override;

    /// How many combinations there are; what is not active does not multiply. Throws UsageError beyond a million.
    [[nodiscard]] std::size_t combinations() const { return points_.size(); }

private:
    void extend(Point& point, std::size_t index);
    std::vector<Point> points_;
};

}  // namespace cellwise::search
