#include "search/even_points.h"

#include <fmt/format.h>

#include <limits>

namespace cellwise::search {

Point point_at(const Space& space, std::span<const double> units) {
    Point point(space.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < space.size(); ++i) {
        if (space.active(i, point)) point[i] = space[i].from_unit(units[i]);
    }
    return point;
}

Point random_point(const Space& space, Random& random) {
    std::vector<double> units(space.size());
    for (auto& unit : units) unit = random.uniform();
    return point_at(space, units);
}

SeenPoints::SeenPoints(std::span<const Trial> trials) {
    for (const auto& trial : trials) insert(trial.point);
}

Point SeenPoints::key(const Point& point) {
    Point key = point;
    for (auto& value : key) {
        if (!is_active(value)) value = -std::numeric_limits<double>::infinity();
    }
    return key;
}

Point EvenPoints::point(std::uint64_t number, const SeenPoints& seen) const {
    auto point = point_at(space_, halton_.point(number));
    if (!seen.contains(point)) return point;
    constexpr int most_draws = 100;
    Random random(seed_, fmt::format("another point {}", number));
    for (int draw = 0; draw < most_draws && seen.contains(point); ++draw) point = random_point(space_, random);
    return point;
}

}  // namespace cellwise::search
