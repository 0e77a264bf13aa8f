#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/charts/colour_scale.h"
#include "report/charts/svg.h"
#include "search/gaussian_process.h"
#include "search/report/axes.h"
#include "search/report/study_report.h"

namespace cellwise::search {
namespace {

using report::Svg;
using Anchor = Svg::Anchor;

constexpr double width = 860, margin = 78;

/// The objectives' range, a little wider than they are.
struct Range {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    [[nodiscard]] double share(double value) const { return (value - low) / (high - low); }
};

Range objective_range(const StudyReport& report) {
    Range range;
    for (const auto& trial : report.trials) {
        if (!trial.objective) continue;
        range.low = std::min(range.low, *trial.objective);
        range.high = std::max(range.high, *trial.objective);
    }
    const double spread = range.high > range.low ? range.high - range.low : std::max(std::abs(range.high), 1.0);
    return {range.low - 0.05 * spread, range.high + 0.05 * spread};
}

report::ColourScale scale_of(const Range& range) { return {range.low, range.high, false}; }

/// The two most important parameters without a condition.
std::vector<std::size_t> leading_pair(const StudyReport& report) {
    const auto& space = report.settings.space;
    std::vector<std::size_t> pair;
    for (const auto& importance : report.importances) {
        for (std::size_t j = 0; j < space.size() && pair.size() < 2; ++j) {
            if (space[j].name == importance.name && !space[j].condition) pair.push_back(j);
        }
    }
    return pair;
}

void mark(Svg& svg, double x, double y, bool is_best) {
    svg.circle(x, y, is_best ? 5 : 3, is_best ? "fill0" : "fill1");
}

}  // namespace

std::string history_svg(const StudyReport& report) {
    const auto best = best_trial(report.trials);
    if (!best) return "";
    const auto range = objective_range(report);
    const PlotArea area{margin, 60, width - margin - 24, 340};
    Svg svg(width, 460, "History of the study");
    const auto last = std::max<double>(static_cast<double>(report.trials.back().number), 1);
    svg.text(margin, 28, Anchor::start, "ink title", "History");
    svg.text(
        margin, 48, Anchor::start, "muted small",
        "Points: complete trials. Line: the best so far. Ticks below: trials that are pruned, failed or diverged.");
    draw_axes(svg, area, axis_of("trial", 0, last), axis_of(report.metric, range.low, range.high));
    std::vector<std::pair<double, double>> line;
    double highest = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < report.trials.size(); ++i) {
        const auto& trial = report.trials[i];
        const double x = area.x(static_cast<double>(trial.number) / last);
        if (!trial.objective) {
            svg.line(x, area.y(0) - 8, x, area.y(0), "axis");
            continue;
        }
        const double y = area.y(range.share(*trial.objective));
        if (*trial.objective > highest) {
            if (!line.empty()) line.emplace_back(x, line.back().second);
            highest = *trial.objective;
            line.emplace_back(x, y);
        }
        mark(svg, x, y, i == *best);
    }
    line.emplace_back(area.x(1), line.back().second);
    svg.polyline(line, "class=\"line line0\"");
    return svg.document();
}

std::string importance_svg(const StudyReport& report) {
    if (report.importances.empty()) return "";
    constexpr double row = 28, names = 240;
    const double bottom = 70 + row * static_cast<double>(report.importances.size());
    const PlotArea area{names, 60, width - names - 40, bottom - 60};
    Svg svg(width, bottom + 46, "Importance of the parameters");
    svg.text(20, 28, Anchor::start, "ink title", "Importance");
    svg.text(
        20, 48, Anchor::start, "muted small",
        "Share of the objective's variance that a parameter explains by itself; whiskers: middle 95% of the trees");
    draw_axes(svg, area, axis_of("share", 0, 1), {});
    for (std::size_t i = 0; i < report.importances.size(); ++i) {
        const auto& [name, share, interval] = report.importances[i];
        const double y = 66 + row * static_cast<double>(i), middle = y + 9;
        svg.rectangle(names, y, share * area.width, 18, "class=\"fill1\"");
        svg.line(area.x(interval.low), middle, area.x(interval.high), middle, "line line0");
        svg.text(names - 8, middle + 4, Anchor::end, "ink", name);
    }
    return svg.document();
}

std::string slices_svg(const StudyReport& report) {
    const auto best = best_trial(report.trials);
    if (!best) return "";
    constexpr std::size_t across = 3;
    constexpr double cell_width = 290, cell_height = 240;
    const auto& space = report.settings.space;
    const auto range = objective_range(report);
    const auto rows = (space.size() + across - 1) / across;
    Svg svg(cell_width * across + 10, 40 + cell_height * static_cast<double>(rows), "Slices");
    svg.text(20, 28, Anchor::start, "ink title", "Slices");
    for (std::size_t j = 0; j < space.size(); ++j) {
        const PlotArea area{66 + cell_width * static_cast<double>(j % across),
                            50 + cell_height * static_cast<double>(j / across), cell_width - 80, cell_height - 66};
        auto y = axis_of(report.metric, range.low, range.high);
        if (j % across != 0) y.title.clear();
        draw_axes(svg, area, axis_of(space[j]), y);
        for (std::size_t i = 0; i < report.trials.size(); ++i) {
            const auto& trial = report.trials[i];
            if (!trial.objective || !is_active(trial.point[j])) continue;
            mark(svg, area.x(space[j].to_unit(trial.point[j])), area.y(range.share(*trial.objective)), i == *best);
        }
    }
    return svg.document();
}

std::string contours_svg(const StudyReport& report) {
    constexpr int cells = 40, bands = 12;
    constexpr std::size_t most_points = 200;
    const auto pair = leading_pair(report);
    const auto best = best_trial(report.trials);
    if (!best || pair.size() < 2) return "";
    const auto& space = report.settings.space;
    std::vector<Point> points;
    std::vector<double> values;
    for (const auto place : best_first(report.trials)) {
        if (!report.trials[place].objective || points.size() == most_points) break;
        points.push_back(report.trials[place].point);
        values.push_back(*report.trials[place].objective);
    }
    const double centre = statistics::mean(values);
    const double spread = std::max(statistics::standard_deviation(values).value_or(0), 1e-12);
    for (auto& value : values) value = (value - centre) / spread;
    const GaussianProcess process(space, points, values, GaussianProcess::fitted(space, points, values));

    const auto range = objective_range(report);
    const auto scale = scale_of(range);
    const PlotArea area{margin, 60, 560, 420};
    Svg svg(width, 540, "Contours");
    svg.text(margin, 28, Anchor::start, "ink title", "Contours");
    svg.text(margin, 48, Anchor::start, "muted small",
             "A Gaussian process's mean; the other parameters as in the best trial");
    for (int a = 0; a < cells; ++a) {
        for (int b = 0; b < cells; ++b) {
            Point point = report.trials[*best].point;
            const double x = (a + 0.5) / cells, y = (b + 0.5) / cells;
            point[pair[0]] = space[pair[0]].from_unit(x);
            point[pair[1]] = space[pair[1]].from_unit(y);
            const double share = std::clamp(range.share(centre + spread * process.predict(point).mean), 0.0, 1.0);
            const double level = (std::floor(share * bands) + 0.5) / bands;
            const auto colour = report::hexadecimal(scale.colour(range.low + level * (range.high - range.low)));
            svg.rectangle(area.x(x - 0.5 / cells), area.y(y + 0.5 / cells), area.width / cells + 0.5,
                          area.height / cells + 0.5, fmt::format("fill=\"{}\"", colour));
        }
    }
    draw_axes(svg, area, axis_of(space[pair[0]]), axis_of(space[pair[1]]));
    for (std::size_t i = 0; i < report.trials.size(); ++i) {
        const auto& trial = report.trials[i];
        if (!trial.objective) continue;
        const double x = area.x(space[pair[0]].to_unit(trial.point[pair[0]]));
        const double y = area.y(space[pair[1]].to_unit(trial.point[pair[1]]));
        svg.circle(x, y, i == *best ? 6.5 : 4.5, "page");  // a rim, or dark points would vanish in dark cells
        mark(svg, x, y, i == *best);
    }
    for (int band = 0; band < bands; ++band) {
        const double value = range.low + (band + 0.5) / bands * (range.high - range.low);
        const double y = area.y((band + 1.0) / bands);
        svg.rectangle(680, y, 24, area.height / bands + 0.5,
                      fmt::format("fill=\"{}\"", report::hexadecimal(scale.colour(value))));
        if (band % 2 == 0)
            svg.text(712, y + area.height / bands / 2 + 4, Anchor::start, "muted small", fmt::format("{:.4g}", value));
    }
    return svg.document();
}

std::string parallel_svg(const StudyReport& report) {
    const auto best = best_trial(report.trials);
    const auto& space = report.settings.space;
    if (!best || space.size() < 2) return "";
    constexpr double top = 80, height = 320, absent = top + height + 22;
    const double step = std::max(110.0, 720 / static_cast<double>(space.size()));
    const auto x = [&](std::size_t axis) { return 80 + step * static_cast<double>(axis); };
    const auto y = [&](double place) { return top + (1 - place) * height; };
    const auto range = objective_range(report);
    Svg svg(x(space.size()) + 90, 450, "Parallel coordinates");
    svg.text(20, 28, Anchor::start, "ink title", "Parallel coordinates");
    svg.text(20, 48, Anchor::start, "muted small",
             "A line a complete trial, darker where better; below an axis: not active");
    auto order = best_first(report.trials);
    std::reverse(order.begin(), order.end());  // the best on top
    for (const auto place : order) {
        const auto& trial = report.trials[place];
        if (!trial.objective) continue;
        std::vector<std::pair<double, double>> line;
        for (std::size_t j = 0; j < space.size(); ++j) {
            line.emplace_back(x(j), is_active(trial.point[j]) ? y(space[j].to_unit(trial.point[j])) : absent);
        }
        line.emplace_back(x(space.size()), y(range.share(*trial.objective)));
        const auto colour = report::hexadecimal(scale_of(range).colour(*trial.objective));
        svg.polyline(line, place == *best ? "class=\"line line0\" stroke-width=\"3\""
                                          : fmt::format("fill=\"none\" stroke=\"{}\" stroke-opacity=\"0.7\"", colour));
    }
    for (std::size_t axis = 0; axis <= space.size(); ++axis) {
        const auto own = axis < space.size() ? axis_of(space[axis]) : axis_of(report.metric, range.low, range.high);
        svg.line(x(axis), top, x(axis), top + height, "axis");
        svg.text(x(axis), top - 12, Anchor::middle, "ink", own.title);
        for (const auto& [place, label] : own.ticks) {
            svg.text(x(axis) - 6, y(place) + 4, Anchor::end, "muted small", label);
        }
    }
    return svg.document();
}

}  // namespace cellwise::search
