#include "search/report/axes.h"

#include <fmt/format.h>

#include <cmath>

#include "report/charts/line_chart.h"

namespace cellwise::search {
namespace {

std::string short_label(const std::string& text) {
    constexpr std::size_t most = 12;
    if (text.size() <= most) return text;
    std::size_t end = most - 1;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a letter
    return text.substr(0, end) + "…";
}

}  // namespace

Axis axis_of(const Parameter& parameter) {
    constexpr std::size_t most_names = 10;
    constexpr int steps = 4;
    Axis axis{parameter.name, {}};
    const auto add = [&](double value, std::string label) {
        axis.ticks.push_back({parameter.to_unit(value), std::move(label)});
    };
    if (parameter.kind == Parameter::Kind::choice) {
        const auto stride = (parameter.choices.size() + most_names - 1) / most_names;
        for (std::size_t i = 0; i < parameter.choices.size(); i += stride) {
            add(static_cast<double>(i), short_label(parameter.choices[i]));
        }
        return axis;
    }
    if (parameter.logarithmic) {
        const double first = std::ceil(std::log10(parameter.low) - 1e-9);
        const double last = std::floor(std::log10(parameter.high) + 1e-9);
        const double stride = std::max(1.0, std::ceil((last - first) / 5));
        for (double power = first; power <= last; power += stride) {
            add(std::pow(10, power), fmt::format("{:g}", std::pow(10, power)));
        }
        if (axis.ticks.size() >= 2) return axis;
        axis.ticks.clear();
    }
    for (const double value : report::round_ticks(parameter.low, parameter.high, steps)) {
        if (parameter.kind == Parameter::Kind::whole && value != std::floor(value)) continue;
        if (!parameter.logarithmic || value > 0) add(value, fmt::format("{:g}", value));
    }
    return axis;
}

Axis axis_of(const std::string& title, double low, double high) {
    Axis axis{title, {}};
    for (const double value : report::round_ticks(low, high, 5)) {
        axis.ticks.push_back({(value - low) / (high - low), fmt::format("{:g}", value)});
    }
    return axis;
}

void draw_axes(report::Svg& svg, const PlotArea& area, const Axis& x, const Axis& y) {
    using Anchor = report::Svg::Anchor;
    const double right = area.x(1), bottom = area.y(0);
    for (const auto& [place, label] : y.ticks) {
        svg.line(area.left, area.y(place), right, area.y(place), "grid");
        svg.text(area.left - 6, area.y(place) + 4, Anchor::end, "muted small", label);
    }
    for (const auto& [place, label] : x.ticks) {
        svg.line(area.x(place), bottom, area.x(place), bottom + 4, "axis");
        svg.text(area.x(place), bottom + 17, Anchor::middle, "muted small", label);
    }
    svg.polyline({{area.left, area.top}, {area.left, bottom}, {right, bottom}}, "class=\"axis\"");
    svg.text(area.left + area.width / 2, bottom + 35, Anchor::middle, "ink", x.title);
    svg.upright_text(area.left - 52, area.top + area.height / 2, "ink", y.title);
}

}  // namespace cellwise::search
