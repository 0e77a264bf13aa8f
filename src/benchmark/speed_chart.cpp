#include "benchmark/speed_chart.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "report/charts/line_chart.h"

namespace cellwise::benchmark {
namespace {

struct Size {
    std::int64_t CellSpeed::*member;
    const char* label;
};
constexpr Size chart_sizes[] = {{&CellSpeed::batch_size, "reviews in a batch"},
                                {&CellSpeed::length, "words of a review"},
                                {&CellSpeed::hidden_size, "hidden size"}};

const Size& size_that_differs(const SpeedRecord& record) {
    const Size* differing = nullptr;
    for (const Size& size : chart_sizes) {
        const auto differs = [&](const CellSpeed& cell) { return cell.*size.member != record.cells[0].*size.member; };
        if (std::none_of(record.cells.begin(), record.cells.end(), differs)) continue;
        if (differing != nullptr) throw InternalError("a chart of speed needs one size that differs, not several");
        differing = &size;
    }
    if (differing == nullptr) throw InternalError("a chart of speed needs a size that differs");
    return *differing;
}

}  // namespace

std::string speed_chart_svg(const SpeedRecord& record) {
    if (record.cells.empty()) throw InternalError("a chart of speed needs measured cells");
    const Size& size = size_that_differs(record);
    report::LineChart chart;
    chart.title = "A fused training step";
    chart.x_label = size.label;
    chart.y_label = "milliseconds";
    for (const CellSpeed& cell : record.cells) {
        const auto name = std::string(cell_title(cell.cell));
        auto series = std::find_if(chart.series.begin(), chart.series.end(),
                                   [&](const report::ChartSeries& each) { return each.name == name; });
        if (series == chart.series.end()) {
            chart.series.push_back({});
            series = chart.series.end() - 1;
            series->name = name;
        }
        series->x.push_back(static_cast<double>(cell.*size.member));
        series->y.push_back(cell.fused_train.median);
        series->low.push_back(cell.fused_train.low);
        series->high.push_back(cell.fused_train.high);
    }
    chart.notes.push_back(fmt::format("{}, {} threads, medians of {} rounds with quartiles", record.processor,
                                      record.threads, record.rounds));
    return report::line_chart_svg(chart);
}

}  // namespace cellwise::benchmark
