#include "report/charts/svg.h"
#include "core/display_width.h"

#include <fmt/format.h>

#include "core/utf8.h"

namespace cellwise::report {
namespace {

// Okabe and Ito's colours, which the colour-blind can tell apart, darker on light and lighter on dark ground.
constexpr std::string_view style = R"(
.page{fill:#ffffff}.ink{fill:#1f2328}.muted{fill:#59636e}.shade{fill:#818b98;fill-opacity:.14}
.axis{stroke:#59636e;fill:none}.grid{stroke:#818b98;stroke-opacity:.28;fill:none}
.line{fill:none;stroke-width:1.8;stroke-linejoin:round}.band{stroke:none;fill-opacity:.16}
.line0{stroke:#c44e00}.line1{stroke:#0060a8}.line2{stroke:#008060}.line3{stroke:#a8487f}.line4{stroke:#7a6a00}.line5{stroke:#2f2f86}
.fill0{fill:#c44e00}.fill1{fill:#0060a8}.fill2{fill:#008060}.fill3{fill:#a8487f}.fill4{fill:#7a6a00}.fill5{fill:#2f2f86}
.title{font-size:16px;font-weight:600}.small{font-size:11px}
@media (prefers-color-scheme: dark){
.page{fill:#0d1117}.ink{fill:#f0f6fc}.muted{fill:#9198a1}.axis{stroke:#9198a1}
.line0{stroke:#ff9a57}.line1{stroke:#5cb6ff}.line2{stroke:#3ccfa0}.line3{stroke:#e59ac4}.line4{stroke:#e3d04a}.line5{stroke:#a6a6ff}
.fill0{fill:#ff9a57}.fill1{fill:#5cb6ff}.fill2{fill:#3ccfa0}.fill3{fill:#e59ac4}.fill4{fill:#e3d04a}.fill5{fill:#a6a6ff}
}
)";

constexpr double body_size = 13;

std::string_view anchor_name(Svg::Anchor anchor) {
    return anchor == Svg::Anchor::start ? "start" : anchor == Svg::Anchor::middle ? "middle" : "end";
}

std::string points_text(const std::vector<std::pair<double, double>>& points) {
    std::string text;
    for (const auto& [x, y] : points) text += fmt::format("{}{:.2f},{:.2f}", text.empty() ? "" : " ", x, y);
    return text;
}

}  // namespace

std::string escaped_xml(std::string_view text) {
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    std::string out;
    while (!text.empty()) {
        const auto broken = first_invalid_utf8(text);
        for (const char letter : text.substr(0, broken.value_or(text.size()))) {
            const auto byte = static_cast<unsigned char>(letter);
            if (letter == '&') {
                out += "&amp;";
            } else if (letter == '<') {
                out += "&lt;";
            } else if (letter == '>') {
                out += "&gt;";
            } else if (letter == '"') {
                out += "&quot;";
            } else if (byte < 0x20 || byte == 0x7F) {
                out += replacement;
            } else {
                out += letter;
            }
        }
        if (!broken) break;
        out += replacement;
        text.remove_prefix(*broken + 1);
    }
    return out;
}

Svg::Svg(double width, double height, std::string_view title)
    : width_(width), height_(height), title_(escaped_xml(title)) {
    rectangle(0, 0, width, height, "class=\"page\"");
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view css_class) {
    body_ += fmt::format("<line x1=\"{:.2f}\" y1=\"{:.2f}\" x2=\"{:.2f}\" y2=\"{:.2f}\" class=\"{}\"/>\n", x1, y1, x2,
                         y2, css_class);
}

void Svg::rectangle(double x, double y, double width, double height, std::string_view attributes) {
    body_ += fmt::format("<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" {}/>\n", x, y, width,
                         height, attributes);
}

void Svg::polyline(const std::vector<std::pair<double, double>>& points, std::string_view attributes) {
    body_ += fmt::format("<polyline points=\"{}\" {}/>\n", points_text(points), attributes);
}

void Svg::polygon(const std::vector<std::pair<double, double>>& points, std::string_view attributes) {
    body_ += fmt::format("<polygon points=\"{}\" {}/>\n", points_text(points), attributes);
}

void Svg::circle(double x, double y, double radius, std::string_view css_class) {
    body_ += fmt::format("<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{:.2f}\" class=\"{}\"/>\n", x, y, radius, css_class);
}

void Svg::text(double x, double y, Anchor anchor, std::string_view css_class, std::string_view text) {
    body_ += fmt::format("<text x=\"{:.2f}\" y=\"{:.2f}\" text-anchor=\"{}\" class=\"{}\">{}</text>\n", x, y,
                         anchor_name(anchor), css_class, escaped_xml(text));
}

void Svg::upright_text(double x, double y, std::string_view css_class, std::string_view text) {
    body_ += fmt::format(
        "<text transform=\"translate({:.2f} {:.2f}) rotate(-90)\" text-anchor=\"middle\" class=\"{}\">{}</text>\n", x,
        y, css_class, escaped_xml(text));
}

void Svg::power_of_ten(double x, double y, int exponent) {
    body_ += fmt::format(
        "<text x=\"{:.2f}\" y=\"{:.2f}\" text-anchor=\"end\" class=\"muted small\">10<tspan dy=\"-5\" "
        "font-size=\"9\">{}{}</tspan></text>\n",
        x, y, exponent < 0 ? "−" : "", exponent < 0 ? -exponent : exponent);
}

void Svg::raw(std::string_view markup) { body_ += markup; }

std::string Svg::document() const {
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} "
        "{1:.0f}\" role=\"img\" font-family=\"system-ui, 'Noto Sans', 'Noto Sans KR', 'Noto Sans CJK KR', "
        "sans-serif\" font-size=\"{2:.0f}\">\n<title>{3}</title>\n<style>{4}</style>\n{5}</svg>\n",
        width_, height_, body_size, title_, style, body_);
}

double Svg::text_width(std::string_view text) { return 0.56 * body_size * static_cast<double>(display_width(text)); }

}  // namespace cellwise::report
