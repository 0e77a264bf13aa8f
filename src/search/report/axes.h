#pragma once

#include <string>
#include <vector>

#include "report/charts/svg.h"
#include "search/space.h"

namespace cellwise::search {

/// A scale from 0 to 1 with some places named.
struct Axis {
    struct Tick {
        double place = 0;
        std::string label;
    };
    std::string title;
    std::vector<Tick> ticks;
};

/// Names of a choice (at most ten of them), powers of ten or round numbers of a range.
[[nodiscard]] Axis axis_of(const Parameter& parameter);
/// Round numbers of the objective. low < high.
[[nodiscard]] Axis axis_of(const std::string& title, double low, double high);

/// A picture's plot area, in pixels.
struct PlotArea {
    double left = 0, top = 0, width = 0, height = 0;
    [[nodiscard]] double x(double place) const { return left + place * width; }
    [[nodiscard]] double y(double place) const { return top + (1 - place) * height; }
};

/// The two axes with their ticks, grid lines and titles.
void draw_axes(report::Svg& svg, const PlotArea& area, const Axis& x, const Axis& y);

}  // namespace cellwise::search
