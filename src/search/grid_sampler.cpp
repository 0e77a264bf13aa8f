#include "search/grid_sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace cellwise::search {
namespace {

constexpr std::size_t most_combinations = 1'000'000;

std::vector<double> grid_values(const Parameter& parameter, std::size_t points) {
    std::vector<double> values;
    if (parameter.kind == Parameter::Kind::choice) {
        for (std::size_t i = 0; i < parameter.choices.size(); ++i) values.push_back(static_cast<double>(i));
        return values;
    }
    const bool is_whole = parameter.kind == Parameter::Kind::whole;
    const auto count = is_whole ? std::min(points, *parameter.levels()) : points;
    for (std::size_t i = 0; i < count; ++i) {
        const double share = static_cast<double>(i) / static_cast<double>(count - 1);
        double value = parameter.logarithmic ? parameter.low * std::pow(parameter.high / parameter.low, share)
                                             : parameter.low + share * (parameter.high - parameter.low);
        if (i + 1 == count) value = parameter.high;
        if (is_whole) value = std::round(value);
        if (values.empty() || value > values.back()) values.push_back(value);
    }
    return values;
}

}  // namespace

GridSampler::GridSampler(const Space& space, const SamplerOptions& options) : Sampler(space, options) {
    Point point(space.size(), std::numeric_limits<double>::quiet_NaN());
    extend(point, 0);
}

void GridSampler::extend(Point& point, std::size_t index) {
    if (index == space().size()) {
        if (points_.size() == most_combinations) {
            throw UsageError(
                fmt::format("the grid has more than {} combinations: search fewer values, or take another "
                            "sampler",
                            most_combinations));
        }
        points_.push_back(point);
        return;
    }
    if (!space().active(index, point)) return extend(point, index + 1);
    for (const double value : grid_values(space()[index], options().grid_points)) {
        point[index] = value;
        extend(point, index + 1);
    }
    point[index] = std::numeric_limits<double>::quiet_NaN();
}

std::vector<Point> GridSampler::ask(std::size_t count) {
    const auto first = std::min(trials().size(), points_.size());
    const auto last = std::min(first + count, points_.size());
    return {points_.begin() + static_cast<std::ptrdiff_t>(first), points_.begin() + static_cast<std::ptrdiff_t>(last)};
}

}  // namespace cellwise::search
