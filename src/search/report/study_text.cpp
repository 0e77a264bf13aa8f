#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/display_width.h"
#include "report/text/table.h"
#include "search/report/study_report.h"

namespace cellwise::search {
namespace {

constexpr std::size_t columns = 80, most_rows = 10;

/// A value as it is read: four significant digits of a number.
std::string short_text(const Parameter& parameter, double value) {
    if (!is_active(value)) return "–";
    return parameter.kind == Parameter::Kind::real ? fmt::format("{:.4g}", value) : parameter.text(value);
}

std::string counts_text(const StudyReport& report) {
    std::string text = fmt::format("{} trials", report.trials.size());
    for (const auto state : {TrialState::complete, TrialState::pruned, TrialState::failed, TrialState::diverged}) {
        const auto count = std::count_if(report.trials.begin(), report.trials.end(),
                                         [&](const Trial& trial) { return trial.state == state; });
        if (count > 0) text += fmt::format(", {} {}", count, state_name(state));
    }
    return text +
           fmt::format(" ({}, seed {})\n", sampler_name(report.settings.sampler.kind), report.settings.sampler.seed);
}

std::string history_text(const StudyReport& report) {
    report::Table table({{"Trial"}, {report.metric}, {"better by"}});
    std::optional<double> best;
    for (const auto& trial : report.trials) {
        if (!trial.objective || (best && *trial.objective <= *best)) continue;
        table.add_row({fmt::format("{}", trial.number), fmt::format("{:.4f}", *trial.objective),
                       best ? fmt::format("{:+.4f}", *trial.objective - *best) : ""});
        best = trial.objective;
    }
    return "Best so far\n" + table.text();
}

std::string cut(const std::string& text, std::size_t width) {
    if (display_width(text) <= width) return text;
    std::size_t end = text.size();
    while (end > 0 &&
           (display_width(text.substr(0, end)) >= width || (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)) {
        --end;
    }
    return text.substr(0, end) + "…";
}

std::string importance_text(const StudyReport& report) {
    constexpr std::size_t name_width = 26, bar_width = 30;
    std::string text = "Importance (share of the variance by itself, middle 95% of 64 trees)\n";
    for (const auto& [name, share, interval] : report.importances) {
        const auto shown = cut(name, name_width);
        const auto filled = static_cast<std::size_t>(std::lround(share * bar_width));
        std::string bar;
        for (std::size_t i = 0; i < filled; ++i) bar += "█";
        bar += std::string(bar_width - filled, ' ');
        text +=
            fmt::format("{}{}  {}  {:.2f} ({:.2f} to {:.2f})\n", shown,
                        std::string(name_width - display_width(shown), ' '), bar, share, interval.low, interval.high);
    }
    return text;
}

/// The values of one trial, broken into lines that fit behind `indent` columns.
std::string values_text(const Space& space, const Point& point, std::size_t indent) {
    std::string text;
    std::size_t used = indent;
    for (std::size_t j = 0; j < space.size(); ++j) {
        if (!is_active(point[j])) continue;
        const auto item = cut(fmt::format("{}={}", space[j].name, short_text(space[j], point[j])), columns - indent);
        const auto width = display_width(item) + 1;
        if (used > indent && used + width > columns) {
            text += '\n' + std::string(indent, ' ');
            used = indent;
        }
        text += (used > indent ? " " : "") + item;
        used += width;
    }
    return text;
}

std::string trials_text(const StudyReport& report) {
    std::string text = fmt::format("{:>5}  {:>9}  settings\n", "Trial", cut(report.metric, 9));
    std::size_t rows = 0;
    for (const auto place : best_first(report.trials)) {
        const auto& trial = report.trials[place];
        if (!trial.objective || rows++ == most_rows) break;
        text += fmt::format("{:>5}  {:>9.4f}  {}\n", trial.number, *trial.objective,
                            values_text(report.settings.space, trial.point, 18));
    }
    return text;
}

}  // namespace

std::string study_text(const StudyReport& report) {
    auto text = counts_text(report);
    if (!best_trial(report.trials)) return text + "No trial is complete, so there is no best one.\n";
    text += "\n" + history_text(report);
    if (!report.importances.empty()) text += "\n" + importance_text(report);
    text += "\n" + trials_text(report);
    if (report.confirmation) text += "\n" + confirmation_text(*report.confirmation);
    return text;
}

}  // namespace cellwise::search
