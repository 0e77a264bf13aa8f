#pragma once

#include <string>
#include <vector>

namespace cellwise::report {

/// One line of a chart, with a band around it if low and high are given. All have as many values as x.
struct ChartSeries {
    std::string name;
    std::vector<double> x, y;
    std::vector<double> low, high;
    int colour = -1;  ///< 0 to 5; −1: by the series' place
    bool dashed = false;
    bool dots = false;  ///< a dot a value in place of the line
};

/// A range of x that is shaded, and named in the legend.
struct ChartShade {
    double from = 0, to = 0;
    std::string name;
};

/// Lines over a common x axis. Where a value is not finite (on a log axis: or not above 0) the line breaks.
struct LineChart {
    std::string title, x_label, y_label;
    bool log_y = false;
    std::vector<ChartSeries> series;
    std::vector<ChartShade> shades;
    std::vector<std::string> notes;  ///< lines of small print below
    double width = 860;              ///< of the picture, in pixels
    double plot_height = 380;        ///< of what the axes enclose
};

/// The chart as an SVG document with axes, ticks and legend. Throws InternalError if a series' lengths differ.
[[nodiscard]] std::string line_chart_svg(const LineChart& chart);

/// Round numbers that cover [low, high] in about `count` steps of 1, 2 or 5 times a power of ten, the first
/// at or above low and the last at or below high. One value if low = high.
[[nodiscard]] std::vector<double> round_ticks(double low, double high, int count);

}  // namespace cellwise::report
