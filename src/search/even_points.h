#pragma once

#include <cstdint>
#include <set>
#include <span>

#include "core/random.h"
#include "search/halton.h"
#include "search/space.h"
#include "search/trial.h"

namespace cellwise::search {

/// The point of a space at a place of the unit cube [parameters]; what is not active is NaN.
[[nodiscard]] Point point_at(const Space& space, std::span<const double> units);

/// A point drawn evenly.
[[nodiscard]] Point random_point(const Space& space, Random& random);

/// Points that were tried or are about to be.
class SeenPoints {
public:
    SeenPoints() = default;
    explicit SeenPoints(std::span<const Trial> trials);
    [[nodiscard]] bool contains(const Point& point) const { return points_.contains(key(point)); }
    void insert(const Point& point) { points_.insert(key(point)); }

private:
    [[nodiscard]] static Point key(const Point& point);  // NaN has no order
    std::set<Point> points_;
};

/// Points that fill a space evenly, one a trial's number; a new one where a finite space would repeat itself.
class EvenPoints {
public:
    EvenPoints(const Space& space, std::uint64_t seed) : space_(space), seed_(seed), halton_(space.size(), seed) {}
    [[nodiscard]] Point point(std::uint64_t number, const SeenPoints& seen) const;

private:
    Space space_;
    std::uint64_t seed_;
    Halton halton_;
};

}  // namespace cellwise::search
