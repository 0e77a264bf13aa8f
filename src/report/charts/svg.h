#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cellwise::report {

/// Text as it may stand in XML: & < > " escaped, bytes that are not UTF-8 and control characters, which
/// XML forbids, replaced by U+FFFD.
[[nodiscard]] std::string escaped_xml(std::string_view text);

/// An SVG drawing of its own (no fonts, scripts or network), light or dark as the viewer prefers. Shapes
/// take their colours from classes: `ink` and `muted` text, `axis` and `grid` lines, `shade` areas, and
/// `line0` … `line5`, `fill0` … `fill5` for series. Lengths are pixels.
class Svg {
public:
    enum class Anchor { start, middle, end };

    /// `title` is what a screen reader says of the drawing.
    Svg(double width, double height, std::string_view title);

    void line(double x1, double y1, double x2, double y2, std::string_view css_class);
    void rectangle(double x, double y, double width, double height, std::string_view attributes);
    /// `attributes`: `class="…"` and the like, as they stand in the tag.
    void polyline(const std::vector<std::pair<double, double>>& points, std::string_view attributes);
    void polygon(const std::vector<std::pair<double, double>>& points, std::string_view attributes);
    void circle(double x, double y, double radius, std::string_view css_class);
    void text(double x, double y, Anchor anchor, std::string_view css_class, std::string_view text);
    /// A label up the left side, turned by 90 degrees, centred at (x, y).
    void upright_text(double x, double y, std::string_view css_class, std::string_view text);
    /// 10 with a raised exponent, ending at (x, y).
    void power_of_ten(double x, double y, int exponent);
    /// Markup of one's own; see escaped_xml.
    void raw(std::string_view markup);

    [[nodiscard]] std::string document() const;

    /// About how wide a text is at the size of body text.
    [[nodiscard]] static double text_width(std::string_view text);

private:
    double width_, height_;
    std::string title_, body_;
};

}  // namespace cellwise::report
