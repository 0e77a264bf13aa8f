#include "tasks/customers/run_report_pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/charts/line_chart.h"
#include "report/charts/svg.h"
#include "tasks/customers/texts.h"

namespace cellwise::customers {
namespace {

using report::ChartSeries;
using report::LineChart;

constexpr std::size_t most_points = 400;   // of a curve: more cannot be told apart
constexpr std::size_t most_dots = 1500;    // of a scatter
constexpr std::size_t columns_shown = 15;  // of the contributions
constexpr double chart_width = 500, chart_height = 300;

LineChart chart_of(std::string_view title, std::string_view x, std::string_view y) {
    LineChart chart;
    chart.title = title;
    chart.x_label = x;
    chart.y_label = y;
    chart.width = chart_width;
    chart.plot_height = chart_height;
    return chart;
}

/// Every n-th point, and always the last.
template <typename Points, typename Add>
void thinned(const Points& points, Add add) {
    const std::size_t step = std::max<std::size_t>(1, points.size() / most_points);
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (i % step == 0 || i + 1 == points.size()) add(points[i]);
    }
}

ChartSeries guide(std::string_view name, double x0, double y0, double x1, double y1) {
    ChartSeries series{std::string(name), {x0, x1}, {y0, y1}, {}, {}};
    series.colour = 5;
    series.dashed = true;
    return series;
}

std::string named(const LabelCurves& curves, std::string_view measure, std::optional<double> value) {
    return value ? fmt::format("{} ({} {:.4f})", fitted(curves.label, 20), measure, *value) : fitted(curves.label, 20);
}

/// At most `most_dots` of the rows, evenly.
std::size_t step_of(std::size_t rows) { return std::max<std::size_t>(1, (rows + most_dots - 1) / most_dots); }

}  // namespace

std::string roc_picture(const RunReport& report, Language language) {
    auto chart = chart_of(in(language, "ROC curve", "ROC 곡선"), in(language, "false positive rate", "거짓 양성률"),
                          in(language, "true positive rate", "참 양성률"));
    for (const auto& curves : report.curves) {
        ChartSeries series{
            named(curves, "AUC", curves.area ? std::optional(curves.area->area) : std::nullopt), {}, {}, {}, {}};
        thinned(curves.roc, [&](const auto& point) {
            series.x.push_back(point.false_positive_rate);
            series.y.push_back(point.true_positive_rate);
        });
        chart.series.push_back(std::move(series));
    }
    chart.series.push_back(guide(in(language, "guessing", "무작위"), 0, 0, 1, 1));
    return line_chart_svg(chart);
}

std::string precision_recall_picture(const RunReport& report, Language language) {
    auto chart = chart_of(in(language, "Precision and recall", "정밀도와 재현율"), in(language, "recall", "재현율"),
                          in(language, "precision", "정밀도"));
    for (const auto& curves : report.curves) {
        ChartSeries series{named(curves, "AP", curves.average_precision), {}, {}, {}, {}};
        thinned(curves.precision_recall, [&](const auto& point) {
            series.x.push_back(point.recall);
            series.y.push_back(point.precision);
        });
        chart.series.push_back(std::move(series));
    }
    return line_chart_svg(chart);
}

std::string calibration_picture(const RunReport& report, Language language) {
    auto chart =
        chart_of(in(language, "Calibration", "보정"), in(language, "mean predicted probability", "예측 확률의 평균"),
                 in(language, "share that has the label", "실제 비율"));
    for (const auto& curves : report.curves) {
        ChartSeries series{fitted(curves.label, 20), {}, {}, {}, {}};
        for (const auto& bin : curves.calibration) {
            if (bin.count == 0) continue;
            const auto interval = statistics::wilson_interval(bin.positives, bin.count);
            series.x.push_back(bin.mean_probability);
            series.y.push_back(*bin.positive_share());
            series.low.push_back(interval.low);
            series.high.push_back(interval.high);
        }
        chart.series.push_back(std::move(series));
    }
    chart.series.push_back(guide(in(language, "perfect", "완전"), 0, 0, 1, 1));
    return line_chart_svg(chart);
}

std::string threshold_picture(const RunReport& report, double own, Language language) {
    auto chart = chart_of(in(language, "Threshold", "임계값"), in(language, "threshold", "임계값"), "");
    const std::pair<std::string_view, std::optional<double> (statistics::Confusion::*)() const> measures[] = {
        {in(language, "accuracy", "정확도"), &statistics::Confusion::accuracy},
        {in(language, "precision", "정밀도"), &statistics::Confusion::precision},
        {in(language, "recall", "재현율"), &statistics::Confusion::recall},
        {"F1", &statistics::Confusion::f1}};
    for (const auto& [name, measure] : measures) {
        ChartSeries series{std::string(name), {}, {}, {}, {}};
        for (const auto& [threshold, confusion] : report.thresholds) {
            series.x.push_back(threshold);
            series.y.push_back((confusion.*measure)().value_or(std::nan("")));
        }
        chart.series.push_back(std::move(series));
    }
    chart.series.push_back(guide(fmt::format("{} {:.4g}", in(language, "the run's", "이 모델"), own), own, 0, own, 1));
    return line_chart_svg(chart);
}

std::string predicted_picture(const RunReport& report, Language language) {
    auto chart = chart_of(in(language, "Predicted against true", "예측값과 실제값"), in(language, "true", "실제값"),
                          in(language, "predicted", "예측값"));
    ChartSeries dots{std::string(in(language, "a test row", "시험 행")), {}, {}, {}, {}};
    dots.dots = true;
    dots.colour = 1;
    for (std::size_t i = 0; i < report.targets.size(); i += step_of(report.targets.size())) {
        dots.x.push_back(report.targets[i]);
        dots.y.push_back(report.answers[i]);
    }
    const auto [low, high] = std::ranges::minmax(dots.x);
    chart.series.push_back(std::move(dots));
    chart.series.push_back(guide(in(language, "perfect", "완전"), low, low, high, high));
    chart.series.back().colour = 0;
    return line_chart_svg(chart);
}

std::string residuals_picture(const RunReport& report, Language language) {
    auto chart = chart_of(in(language, "Residuals", "잔차"), in(language, "predicted", "예측값"),
                          in(language, "true − predicted", "실제값 − 예측값"));
    ChartSeries dots{std::string(in(language, "a test row", "시험 행")), {}, {}, {}, {}};
    dots.dots = true;
    dots.colour = 1;
    for (std::size_t i = 0; i < report.targets.size(); i += step_of(report.targets.size())) {
        dots.x.push_back(report.answers[i]);
        dots.y.push_back(report.targets[i] - report.answers[i]);
    }
    const auto [low, high] = std::ranges::minmax(dots.x);
    chart.series.push_back(std::move(dots));
    chart.series.push_back(guide("0", low, 0, high, 0));
    chart.series.back().colour = 0;
    return line_chart_svg(chart);
}

std::string contributions_picture(const RunReport& report, const std::string& unit, Language language) {
    constexpr double left = 150, right = 16, row_height = 24, top = 44;
    const auto shown = std::min(columns_shown, report.columns.size());
    double low = 0, high = 0;
    for (std::size_t i = 0; i < shown; ++i) {
        const auto [least, greatest] = std::ranges::minmax(report.columns[i].contributions);
        low = std::min(low, least);
        high = std::max(high, greatest);
    }
    if (low == high) high = low + 1;
    const auto title = in(language, "What columns add", "열의 기여");
    const double bottom = top + row_height * static_cast<double>(shown);
    report::Svg svg(chart_width, bottom + 48, title);
    const auto place = [&](double value) { return left + (value - low) / (high - low) * (chart_width - left - right); };
    svg.text(12, 26, report::Svg::Anchor::start, "ink title", title);
    for (const double tick : report::round_ticks(low, high, 6)) {
        svg.line(place(tick), top, place(tick), bottom, tick == 0 ? "axis" : "grid");
        svg.text(place(tick), bottom + 16, report::Svg::Anchor::middle, "muted small", fmt::format("{:g}", tick));
    }
    svg.text((left + chart_width - right) / 2, bottom + 36, report::Svg::Anchor::middle, "ink", unit);
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& column = report.columns[i];
        const double y = top + row_height * (static_cast<double>(i) + 0.5);
        svg.text(left - 10, y + 4, report::Svg::Anchor::end, "ink", fitted(column.column, 18));
        std::vector<double> numbers;
        for (const auto& value : column.values) {
            if (value) numbers.push_back(*value);
        }
        const bool is_number = numbers.size() * 2 > column.values.size();
        if (is_number) std::ranges::nth_element(numbers, numbers.begin() + std::ssize(numbers) / 2);
        const double median = is_number ? numbers[numbers.size() / 2] : 0;
        for (std::size_t row = 0; row < column.contributions.size(); ++row) {
            const auto& value = column.values[row];
            const char* colour = !is_number || !value ? "fill2" : *value > median ? "fill0" : "fill1";
            // Spread by a fixed pattern, so that dots of equal place are seen.
            const double shift = (static_cast<double>(row * 7 % 13) / 12 - 0.5) * (row_height - 8);
            svg.circle(place(column.contributions[row]), y + shift, 1.8, colour);
        }
    }
    return svg.document();
}

}  // namespace cellwise::customers
