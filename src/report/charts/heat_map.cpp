#include "report/charts/heat_map.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "report/charts/svg.h"

namespace cellwise::report {
namespace {

constexpr double row_height = 24, number_width = 84, narrow_width = 7, gap = 14, margin = 20;

double cell_width(const HeatMapGroup& group) {
    return !group.values.empty() && group.values.front().size() > 1 ? narrow_width : number_width;
}

double group_width(const HeatMapGroup& group) {
    const auto columns = group.values.empty() ? 1.0 : static_cast<double>(group.values.front().size());
    return std::max(columns * cell_width(group), Svg::text_width(group.title));
}

std::string range_text(const ColourScale& scale) { return fmt::format("{:.3g} … {:.3g}", scale.low, scale.high); }

/// A bar with the scale's colours, [x, x + width].
void draw_scale(Svg& svg, const ColourScale& scale, double x, double y, double width) {
    constexpr int pieces = 24;
    for (int i = 0; i < pieces; ++i) {
        const double share = (i + 0.5) / pieces;
        svg.rectangle(
            x + width * i / pieces, y, width / pieces + 0.3, 7,
            fmt::format("fill=\"{}\"", hexadecimal(scale.colour(scale.low + share * (scale.high - scale.low)))));
    }
    svg.text(x + width / 2, y + 21, Svg::Anchor::middle, "muted small", range_text(scale));
}

void draw_group(Svg& svg, const HeatMapGroup& group, double x, double top) {
    const double width = cell_width(group);
    const bool with_numbers = width == number_width;
    for (std::size_t row = 0; row < group.values.size(); ++row) {
        const double y = top + row_height * static_cast<double>(row);
        for (std::size_t column = 0; column < group.values[row].size(); ++column) {
            const double value = group.values[row][column];
            const auto ground = group.scale.colour(value);
            const double left = x + width * static_cast<double>(column);
            svg.rectangle(left, y, with_numbers ? width - 1 : width, row_height - 1,
                          fmt::format("fill=\"{}\"", hexadecimal(ground)));
            if (!with_numbers) continue;
            svg.raw(fmt::format("<text x=\"{:.2f}\" y=\"{:.2f}\" text-anchor=\"middle\" fill=\"{}\">{:.3f}</text>\n",
                                left + width / 2, y + 16.5, hexadecimal(text_on(ground)), value));
        }
    }
}

}  // namespace

std::string heat_map_svg(const HeatMap& map) {
    double label_width = 40;
    for (const auto& row : map.rows) label_width = std::max(label_width, Svg::text_width(row));
    double width = 2 * margin + label_width + 10;
    for (const auto& group : map.groups) {
        if (group.values.size() != map.rows.size()) {
            throw InternalError(fmt::format("the heat map's '{}' does not have a row for each label", group.title));
        }
        width += group_width(group) + gap;
    }
    for (const auto* text : {&map.title, &map.subtitle}) {
        width = std::max(width, 2 * margin + Svg::text_width(*text) * (text == &map.title ? 1.25 : 1));
    }
    for (const auto& note : map.notes) width = std::max(width, 2 * margin + Svg::text_width(note) * 0.87);

    const double top = map.subtitle.empty() ? 78 : 98;
    const double bottom = top + row_height * static_cast<double>(map.rows.size());
    Svg svg(width, bottom + 52 + 17 * static_cast<double>(map.notes.size()), map.title);
    svg.text(margin, 30, Svg::Anchor::start, "ink title", map.title);
    if (!map.subtitle.empty()) svg.text(margin, 52, Svg::Anchor::start, "muted", map.subtitle);
    for (std::size_t row = 0; row < map.rows.size(); ++row) {
        svg.text(margin + label_width, top + row_height * static_cast<double>(row) + 16.5, Svg::Anchor::end, "ink",
                 map.rows[row]);
    }
    double x = margin + label_width + 10;
    for (const auto& group : map.groups) {
        const double own = group_width(group);
        svg.text(x + own / 2, top - 9, Svg::Anchor::middle, "ink", group.title);
        draw_group(svg, group, x, top);
        draw_scale(svg, group.scale, x, bottom + 8, std::min(own, number_width * 2) - 1);
        x += own + gap;
    }
    for (std::size_t i = 0; i < map.notes.size(); ++i) {
        svg.text(margin, bottom + 54 + 17 * static_cast<double>(i), Svg::Anchor::start, "muted small", map.notes[i]);
    }
    return svg.document();
}

}  // namespace cellwise::report
