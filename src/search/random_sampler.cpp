#include "search/random_sampler.h"

namespace cellwise::search {

std::vector<Point> RandomSampler::ask(std::size_t count) {
    for (; known_ < trials().size(); ++known_) seen_.insert(trials()[known_].point);
    std::vector<Point> points;
    auto seen = space().is_finite() ? seen_ : SeenPoints();
    for (std::size_t i = 0; i < count; ++i) {
        points.push_back(points_.point(trials().size() + i, seen));
        seen.insert(points.back());
    }
    return points;
}

}  // namespace cellwise::search
