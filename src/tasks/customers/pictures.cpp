#include "tasks/customers/pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/charts/svg.h"
#include "report/text/summary_text.h"
#include "tasks/customers/texts.h"

namespace cellwise::customers {
namespace {

constexpr double width = 360, height = 130;  // of a column's picture, in pixels of its own

std::string ends_text(const tables::ColumnDescription& column) {
    const bool is_date = column.kind == tables::Kind::date;
    const auto& numbers = *column.numbers;
    const auto end = [&](double value) { return is_date ? date_of(value) : short_number(value); };
    return fmt::format("<div class=\"ends\"><span>{}</span><span>{}</span></div>\n", end(numbers.min),
                       end(numbers.max));
}

}  // namespace

std::string_view picture_style() {
    return R"(
.columns { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 28px 32px; margin-top: 20px; }
.columns figure { border-top: 1px solid var(--rule); padding-top: 12px; }
.columns figcaption strong { overflow-wrap: anywhere; }
.columns svg { display: block; width: 100%; height: auto; }
svg .bin { fill: color-mix(in srgb, var(--series-1) 55%, var(--ground)); }
svg .curve { fill: none; stroke: var(--series-0); stroke-width: 2; }
svg .base { stroke: var(--rule); }
.ends { display: flex; justify-content: space-between; color: var(--muted); font-size: 0.8rem; font-variant-numeric: tabular-nums; }
.level { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 2fr) auto; gap: 4px 10px; align-items: center; font-size: 0.86rem; padding: 2px 0; }
.level span { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.level svg { width: 100%; height: 10px; } .level b { font-weight: 500; font-variant-numeric: tabular-nums; }
.told { font-size: 0.9rem; max-width: 860px; }
.told div { display: grid; grid-template-columns: minmax(0, 190px) minmax(0, 1fr) 4.5em; gap: 0 14px; align-items: center; padding: 1px 0; }
.told span { overflow-wrap: anywhere; } .told svg { width: 100%; height: 22px; } .told b { font-weight: 500; font-variant-numeric: tabular-nums; text-align: right; }
svg .interval { stroke: var(--series-1); stroke-width: 3; vector-effect: non-scaling-stroke; } svg .dot { fill: var(--series-1); }
svg .middle { stroke: var(--rule); vector-effect: non-scaling-stroke; }
.findings { list-style: none; padding: 0; margin: 16px 0 0; display: grid; gap: 10px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)); }
.findings li { background: var(--panel); border: 1px solid var(--rule); border-left: 4px solid var(--series-0); border-radius: 0 8px 8px 0; padding: 10px 16px; font-size: 0.93rem; }
.findings b { display: block; }
.findings li, .level span { min-width: 0; overflow-wrap: anywhere; }
table.matrix { font-size: 0.78rem; } table.matrix td { text-align: center; border: 2px solid var(--ground); padding: 5px 6px; }
table.matrix td.up { background: color-mix(in srgb, var(--series-1) calc(var(--size) * 50%), var(--panel)); }
table.matrix td.down { background: color-mix(in srgb, var(--series-0) calc(var(--size) * 50%), var(--panel)); }
table.matrix th { padding: 5px 8px; } table.matrix thead th { writing-mode: vertical-rl; text-align: left; border-bottom: 0; }
@media (max-width: 600px) { .told div { grid-template-columns: minmax(0, 1fr) 4.5em; } .told svg { grid-column: 1 / -1; order: 3; height: 16px; } }
)";
}

std::string histogram_picture(const tables::ColumnDescription& column) {
    const auto& numbers = *column.numbers;
    const auto& histogram = *numbers.histogram;
    const double bins = static_cast<double>(histogram.counts.size());
    const double all = static_cast<double>(column.count);
    const double bin_width = (histogram.edges.back() - histogram.edges.front()) / bins;
    // Both on the density's scale: a bar's area is the share of its cells.
    double tallest = static_cast<double>(*std::ranges::max_element(histogram.counts)) / all / bin_width;
    if (numbers.density) tallest = std::max(tallest, *std::ranges::max_element(numbers.density->y));
    std::string picture = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">", width, height + 2,
                                      report::escaped_xml(column.name));
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
        const double size = static_cast<double>(histogram.counts[i]) / all / bin_width / tallest * height;
        picture += fmt::format("<rect class=\"bin\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>",
                               static_cast<double>(i) * width / bins + 0.5, height - size, width / bins - 1, size);
    }
    if (numbers.density) {
        picture += "<polyline class=\"curve\" points=\"";
        const auto& density = *numbers.density;
        for (std::size_t i = 0; i < density.x.size(); ++i) {
            picture += fmt::format("{:.1f},{:.1f} ",
                                   static_cast<double>(i) * width / static_cast<double>(density.x.size() - 1),
                                   height - density.y[i] / tallest * height);
        }
        picture += "\"/>";
    }
    return picture +
           fmt::format("<line class=\"base\" x1=\"0\" x2=\"{0}\" y1=\"{1}\" y2=\"{1}\"/></svg>\n", width, height) +
           ends_text(column);
}

std::string levels_picture(const tables::ColumnDescription& column) {
    constexpr std::size_t shown = 6;
    std::string rows;
    for (std::size_t i = 0; i < std::min(shown, column.levels.size()); ++i) {
        const double share = static_cast<double>(column.levels[i].count) / static_cast<double>(column.count);
        rows += fmt::format(
            "<div class=\"level\"><span>{}</span><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" "
            "aria-hidden=\"true\"><rect class=\"bin\" width=\"{:.1f}\" height=\"10\"/></svg><b>{}</b></div>\n",
            report::escaped_xml(column.levels[i].level), 100 * share, percent(share));
    }
    return rows;
}

std::string associations_picture(const std::vector<AssociationRecord>& associations) {
    std::string rows;
    for (const auto& one : associations) {
        const bool is_auc = one.measure == tables::ColumnAssociation::Measure::auc;
        const auto x = [&](double value) { return is_auc ? 600 * value : 300 + 300 * value; };
        const double value = one.association.value;
        const auto interval = one.association.interval.value_or(statistics::Interval{value, value});
        const std::string name = one.label.empty() ? one.column : one.column + " → " + one.label;
        rows += fmt::format(
            "<div><span>{}</span><svg viewBox=\"0 0 600 22\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
            "<line class=\"middle\" x1=\"300\" x2=\"300\" y1=\"0\" y2=\"22\"/>"
            "<line class=\"interval\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"11\" y2=\"11\"/>"
            "<rect class=\"dot\" x=\"{:.1f}\" y=\"5\" width=\"5\" height=\"12\"/></svg><b>{:.4f}</b></div>\n",
            report::escaped_xml(name), x(interval.low), x(interval.high), x(value) - 2.5, value);
    }
    return rows.empty() ? "" : "<div class=\"told\">\n" + rows + "</div>\n";
}

std::string correlations_picture(const Understanding& understanding, Language language) {
    const auto& correlations = understanding.correlations;
    constexpr std::size_t most = 40;
    if (correlations.columns.size() < 2 || correlations.columns.size() > most) return "";
    std::string head, body;
    for (std::size_t i = 0; i < correlations.columns.size(); ++i) {
        const auto name = report::escaped_xml(understanding.description.columns[correlations.columns[i]].name);
        head += fmt::format("<th scope=\"col\">{}</th>", name);
        body += fmt::format("<tr><th scope=\"row\" class=\"text\">{}</th>", name);
        for (const double r : correlations.matrix[i]) {
            body += std::isnan(r) ? "<td>–</td>"
                                  : fmt::format("<td class=\"{}\" style=\"--size:{:.2f}\">{:.2f}</td>",
                                                r < 0 ? "down" : "up", std::abs(r), r);
        }
        body += "</tr>\n";
    }
    return fmt::format(
        "<div class=\"scroll\" role=\"region\" aria-label=\"{}\" tabindex=\"0\"><table "
        "class=\"matrix\"><thead><tr><td></td>"
        "{}</tr></thead><tbody>\n{}</tbody></table></div>\n",
        in(language, "Correlations", "상관"), head, body);
}

}  // namespace cellwise::customers
