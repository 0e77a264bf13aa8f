#include "report/charts/line_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "core/error.h"
#include "report/charts/svg.h"

namespace cellwise::report {
namespace {

constexpr double left = 78, right = 24, line_height = 20;

struct Range {
    double low = 0, high = 1;
    [[nodiscard]] double share(double value) const { return (value - low) / (high - low); }
};

/// Where a chart's values lie on the page.
class Axes {
public:
    Axes(const LineChart& chart, double top)
        : log_(chart.log_y), top_(top), width_(chart.width), height_(chart.plot_height) {
        std::optional<Range> x, y;
        const auto widen = [](std::optional<Range>& range, double value) {
            if (!range) range = Range{value, value};
            range->low = std::min(range->low, value);
            range->high = std::max(range->high, value);
        };
        for (const auto& series : chart.series) {
            for (const double value : series.x) widen(x, value);
            for (const auto* values : {&series.y, &series.low, &series.high}) {
                for (const double value : *values) {
                    if (drawable(value)) widen(y, scaled(value));
                }
            }
        }
        if (x) x_ = *x;
        if (y) y_ = *y;
        if (log_) y_ = {std::floor(y_.low), std::ceil(y_.high)};
        for (Range* range : {&x_, &y_}) {
            if (range->low == range->high) *range = {range->low - 0.5, range->high + 0.5};
        }
        if (!log_) {
            const double margin = 0.04 * (y_.high - y_.low);
            y_ = {y_.low - margin, y_.high + margin};
        }
    }

    [[nodiscard]] bool drawable(double value) const { return std::isfinite(value) && (!log_ || value > 0); }
    [[nodiscard]] double scaled(double value) const { return log_ ? std::log10(value) : value; }
    [[nodiscard]] double place_x(double value) const { return left + x_.share(value) * (width_ - left - right); }
    [[nodiscard]] double place_scaled(double value) const { return top_ + (1 - y_.share(value)) * height_; }
    [[nodiscard]] double place_y(double value) const { return place_scaled(scaled(value)); }
    [[nodiscard]] const Range& x() const { return x_; }
    [[nodiscard]] const Range& y() const { return y_; }

private:
    bool log_;
    double top_, width_, height_;
    Range x_, y_;
};

using Points = std::vector<std::pair<double, double>>;

/// The stretches of a series without a gap.
std::vector<Points> stretches(const ChartSeries& series, const std::vector<double>& values, const Axes& axes) {
    std::vector<Points> all(1);
    for (std::size_t i = 0; i < series.x.size(); ++i) {
        if (axes.drawable(values[i])) {
            all.back().emplace_back(axes.place_x(series.x[i]), axes.place_y(values[i]));
        } else if (!all.back().empty()) {
            all.emplace_back();
        }
    }
    if (all.back().empty()) all.pop_back();
    return all;
}

void draw_band(Svg& svg, const ChartSeries& series, const Axes& axes, int colour) {
    Points above, below;
    const auto flush = [&] {
        if (above.size() > 1) {
            above.insert(above.end(), below.rbegin(), below.rend());
            svg.polygon(above, fmt::format("class=\"band fill{}\"", colour));
        }
        above.clear();
        below.clear();
    };
    for (std::size_t i = 0; i < series.low.size(); ++i) {
        if (axes.drawable(series.low[i]) && axes.drawable(series.high[i])) {
            above.emplace_back(axes.place_x(series.x[i]), axes.place_y(series.high[i]));
            below.emplace_back(axes.place_x(series.x[i]), axes.place_y(series.low[i]));
        } else {
            flush();
        }
    }
    flush();
}

int colour_of(const LineChart& chart, std::size_t index) {
    const int own = chart.series[index].colour;
    return own >= 0 ? own % 6 : static_cast<int>(index % 6);
}

std::string dashes_of(const ChartSeries& series) { return series.dashed ? " stroke-dasharray=\"6 4\"" : ""; }

void draw_dots(Svg& svg, const ChartSeries& series, const Axes& axes, int colour) {
    for (std::size_t i = 0; i < series.x.size(); ++i) {
        if (!axes.drawable(series.y[i])) continue;
        svg.circle(axes.place_x(series.x[i]), axes.place_y(series.y[i]), 2, fmt::format("fill{}", colour));
    }
}

void draw_axes(Svg& svg, const LineChart& chart, const Axes& axes, double top) {
    const double width = chart.width, bottom = top + chart.plot_height;
    if (chart.log_y) {
        for (const double tick : round_ticks(axes.y().low, axes.y().high, 8)) {
            if (tick != std::round(tick)) continue;  // between decades
            svg.line(left, axes.place_scaled(tick), width - right, axes.place_scaled(tick), "grid");
            svg.power_of_ten(left - 8, axes.place_scaled(tick) + 4, static_cast<int>(tick));
        }
    } else {
        for (const double tick : round_ticks(axes.y().low, axes.y().high, 8)) {
            svg.line(left, axes.place_scaled(tick), width - right, axes.place_scaled(tick), "grid");
            svg.text(left - 8, axes.place_scaled(tick) + 4, Svg::Anchor::end, "muted small", fmt::format("{:g}", tick));
        }
    }
    for (const double tick : round_ticks(axes.x().low, axes.x().high, 10)) {
        svg.line(axes.place_x(tick), bottom, axes.place_x(tick), bottom + 5, "axis");
        svg.text(axes.place_x(tick), bottom + 19, Svg::Anchor::middle, "muted small", fmt::format("{:g}", tick));
    }
    svg.polyline({{left, top}, {left, bottom}, {width - right, bottom}}, "class=\"axis\"");
    svg.text((left + width - right) / 2, bottom + 40, Svg::Anchor::middle, "ink", chart.x_label);
    svg.upright_text(20, top + chart.plot_height / 2, "ink", chart.y_label);
}

/// An entry's place in the legend, which breaks into lines.
struct LegendPlace {
    double x = left, y = 0;
};

std::vector<LegendPlace> legend_places(const std::vector<std::string>& names, double top, double width) {
    std::vector<LegendPlace> places;
    LegendPlace next{left, top};
    for (const auto& name : names) {
        const double needed = 34 + Svg::text_width(name) + 18;
        if (next.x > left && next.x + needed > width - right) next = {left, next.y + line_height};
        places.push_back(next);
        next.x += needed;
    }
    return places;
}

void require_lengths(const ChartSeries& series) {
    const auto fits = [&](const std::vector<double>& band) { return band.empty() || band.size() == series.x.size(); };
    if (series.y.size() != series.x.size() || !fits(series.low) || series.low.size() != series.high.size()) {
        throw InternalError(fmt::format("the series '{}' of a chart has columns of different lengths", series.name));
    }
}

}  // namespace

std::vector<double> round_ticks(double low, double high, int count) {
    if (!(high > low)) return {low};
    const double raw = (high - low) / count;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    double step = 10 * power;
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= raw) {
            step = factor * power;
            break;
        }
    }
    std::vector<double> ticks;
    for (double number = std::ceil(low / step - 1e-9); number * step <= high + 1e-9 * step; ++number) {
        ticks.push_back(number * step + 0.0);  // + 0.0: no "-0"
    }
    return ticks;
}

std::string line_chart_svg(const LineChart& chart) {
    std::vector<std::string> names;
    for (const auto& series : chart.series) {
        require_lengths(series);
        names.push_back(series.name);
    }
    for (const auto& shade : chart.shades) names.push_back(shade.name);

    const auto places = legend_places(names, 56, chart.width);
    const double top = (places.empty() ? 36 : places.back().y) + 22;
    const double plot_height = chart.plot_height, notes_top = top + plot_height + 62;
    Svg svg(chart.width, notes_top + 17 * static_cast<double>(chart.notes.size()), chart.title);
    const Axes axes(chart, top);
    svg.text(left, 28, Svg::Anchor::start, "ink title", chart.title);
    for (const auto& shade : chart.shades) {
        const double from = axes.place_x(std::max(shade.from, axes.x().low));
        const double to = axes.place_x(std::min(shade.to, axes.x().high));
        if (to > from) svg.rectangle(from, top, to - from, plot_height, "class=\"shade\"");
    }
    draw_axes(svg, chart, axes, top);
    for (std::size_t i = 0; i < chart.series.size(); ++i) draw_band(svg, chart.series[i], axes, colour_of(chart, i));
    for (std::size_t i = 0; i < chart.series.size(); ++i) {
        const auto& series = chart.series[i];
        if (series.dots) {
            draw_dots(svg, series, axes, colour_of(chart, i));
            continue;
        }
        for (const auto& points : stretches(series, series.y, axes)) {
            if (points.size() == 1) {
                svg.circle(points[0].first, points[0].second, 2, fmt::format("fill{}", colour_of(chart, i)));
            } else {
                svg.polyline(points, fmt::format("class=\"line line{}\"{}", colour_of(chart, i), dashes_of(series)));
            }
        }
    }
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto& [x, y] = places[i];
        if (i < chart.series.size()) {
            svg.polyline({{x, y - 4}, {x + 26, y - 4}},
                         fmt::format("class=\"line line{}\"{}", colour_of(chart, i), dashes_of(chart.series[i])));
        } else {
            svg.rectangle(x, y - 11, 26, 13, "class=\"shade\"");
        }
        svg.text(x + 34, y, Svg::Anchor::start, "ink", names[i]);
    }
    for (std::size_t i = 0; i < chart.notes.size(); ++i) {
        svg.text(left, notes_top + 17 * static_cast<double>(i), Svg::Anchor::start, "muted small", chart.notes[i]);
    }
    return svg.document();
}

}  // namespace cellwise::report
