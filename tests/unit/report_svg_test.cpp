#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <regex>
#include <string>
#include <vector>

#include "core/display_width.h"
#include "core/error.h"
#include "report/charts/colour_scale.h"
#include "report/charts/heat_map.h"
#include "report/charts/line_chart.h"
#include "report/charts/svg.h"
#include "report/text/table.h"

namespace cellwise::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// The points of every polyline that draws a series.
std::vector<std::vector<std::pair<double, double>>> series_lines(const std::string& svg) {
    std::vector<std::vector<std::pair<double, double>>> lines;
    const std::regex polyline("<polyline points=\"([^\"]*)\" class=\"line line");
    const std::regex point("([-0-9.]+),([-0-9.]+)");
    for (std::sregex_iterator i(svg.begin(), svg.end(), polyline), end; i != end; ++i) {
        const std::string text = (*i)[1];
        auto& line = lines.emplace_back();
        for (std::sregex_iterator j(text.begin(), text.end(), point); j != end; ++j) {
            line.emplace_back(std::stod((*j)[1]), std::stod((*j)[2]));
        }
    }
    return lines;
}

TEST(Svg, EscapesWhatXmlDoesNotAllow) {
    EXPECT_EQ(escaped_xml("a<b & \"c\" > 'd'"), "a&lt;b &amp; &quot;c&quot; &gt; 'd'");
    EXPECT_EQ(escaped_xml("영화"), "영화");
    EXPECT_EQ(escaped_xml("a\xff\x1b[31m"), "a\xEF\xBF\xBD\xEF\xBF\xBD[31m");
}

TEST(RoundTicks, AreRoundAndInside) {
    EXPECT_THAT(round_ticks(1, 200, 10), ElementsAre(20, 40, 60, 80, 100, 120, 140, 160, 180, 200));
    EXPECT_THAT(round_ticks(-0.5, 0.5, 5), ElementsAre(-0.4, -0.2, 0, 0.2, 0.4));
    EXPECT_THAT(round_ticks(-300, 0, 8), ElementsAre(-300, -250, -200, -150, -100, -50, 0));
    EXPECT_THAT(round_ticks(3, 3, 5), ElementsAre(3));
}

TEST(LineChart, DrawsAGeometricDecayAsAStraightLineOnALogAxis) {
    LineChart chart;
    chart.title = "decay & <rise>";
    chart.log_y = true;
    chart.series = {{"falls", {0, 1, 2, 3}, {1, 1e-3, 1e-6, 1e-9}, {}, {}}};
    const auto lines = series_lines(line_chart_svg(chart));
    ASSERT_EQ(lines.size(), 2U) << "the line, and its sample in the legend";
    const auto& line = lines[0];
    ASSERT_EQ(line.size(), 4U);
    for (std::size_t i = 1; i < 4; ++i) {
        EXPECT_NEAR(line[i].first - line[i - 1].first, line[1].first - line[0].first, 0.02);
        EXPECT_NEAR(line[i].second - line[i - 1].second, line[1].second - line[0].second, 0.02);
        EXPECT_GT(line[i].second, line[i - 1].second) << "smaller is lower on the page";
    }
    EXPECT_THAT(line_chart_svg(chart), HasSubstr("decay &amp; &lt;rise&gt;"));
}

TEST(LineChart, BreaksWhereAValueCannotBeDrawn) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    LineChart chart;
    chart.log_y = true;
    chart.series = {{"a", {0, 1, 2, 3, 4, 5}, {1, 2, 0, 4, infinity, std::nan("")}, {}, {}}};
    const auto svg = line_chart_svg(chart);
    const auto lines = series_lines(svg);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].size(), 2U);
    EXPECT_THAT(svg, HasSubstr("<circle")) << "a lone point is a dot";
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(LineChart, SurvivesNothingToDraw) {
    LineChart chart;
    chart.log_y = true;
    EXPECT_THAT(line_chart_svg(chart), HasSubstr("</svg>"));
    chart.series = {{"zero", {1, 2}, {0, 0}, {}, {}}, {"flat", {1, 2}, {5, 5}, {}, {}}};
    EXPECT_THAT(line_chart_svg(chart), Not(HasSubstr("nan")));
    chart.series = {{"short", {1, 2}, {0}, {}, {}}};
    EXPECT_THROW((void)line_chart_svg(chart), InternalError);
}

TEST(ColourScale, RunsFromEndToEnd) {
    const ColourScale gates{0, 1, false};
    EXPECT_EQ(hexadecimal(gates.colour(0)), "#f7fbff");
    EXPECT_EQ(hexadecimal(gates.colour(1)), "#08306b");
    EXPECT_EQ(gates.colour(-3), gates.colour(0));
    EXPECT_EQ(gates.colour(7), gates.colour(1));
    EXPECT_EQ(hexadecimal(gates.colour(std::nan(""))), "#a0a0a0");
    const ColourScale probability{0, 1, true};
    EXPECT_EQ(hexadecimal(probability.colour(0.5)), "#f7f7f7");
    const ColourScale empty{2, 2, false};
    EXPECT_EQ(empty.colour(2), gates.colour(0));
}

TEST(ColourScale, LeavesTextReadableEverywhere) {
    const auto luminance = [](Rgb colour) {
        const auto linear = [](double part) {
            return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
        };
        return 0.2126 * linear(colour.red / 255.0) + 0.7152 * linear(colour.green / 255.0) +
               0.0722 * linear(colour.blue / 255.0);
    };
    for (const bool diverging : {false, true}) {
        for (int i = 0; i <= 100; ++i) {
            const auto ground = ColourScale{0, 1, diverging}.colour(i / 100.0);
            const double one = luminance(ground), other = luminance(text_on(ground));
            EXPECT_GE((std::max(one, other) + 0.05) / (std::min(one, other) + 0.05), 4.5) << i << " " << diverging;
        }
    }
}

TEST(PaintedText, TakesNoMoreRoomThanTheText) {
    const auto text = painted(" 0.52 ", {8, 48, 107});
    EXPECT_EQ(text, "\x1b[38;5;231;48;5;23m 0.52 \x1b[0m");
    EXPECT_EQ(display_width(text), 6U);
    EXPECT_EQ(display_width(painted("영화", {0, 0, 0})), 4U);
    EXPECT_EQ(display_width("\x1b["), 0U) << "cut off";

    Table table({{"word", Table::Align::left}, {"gate"}});
    table.add_row({"영화는", painted("0.5", {0, 0, 0})});
    table.add_row({"a", "0.25"});
    EXPECT_THAT(table.text(), HasSubstr("영화는   \x1b["));
    EXPECT_THAT(table.text(), HasSubstr("a       0.25"));
}

TEST(HeatMap, WritesNumbersOnTheirColours) {
    HeatMap map;
    map.title = "gates";
    map.rows = {"좋았다", "<b>"};
    map.groups = {{"forget", {0, 1, false}, {{0.25}, {1.0}}}, {"units", {0, 1, false}, {{0, 1}, {1, 0}}}};
    const auto svg = heat_map_svg(map);
    EXPECT_THAT(svg, HasSubstr(">0.250</text>"));
    EXPECT_THAT(svg, HasSubstr("fill=\"" + hexadecimal(ColourScale{0, 1, false}.colour(0.25)) + "\""));
    EXPECT_THAT(svg, HasSubstr(">좋았다</text>"));
    EXPECT_THAT(svg, HasSubstr("&lt;b&gt;"));
    map.groups[0].values.pop_back();
    EXPECT_THROW((void)heat_map_svg(map), InternalError);
}

}  // namespace
}  // namespace cellwise::report
