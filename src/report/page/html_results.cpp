#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "report/charts/svg.h"
#include "report/page/html.h"
#include "report/page/html_sections.h"
#include "report/text/summary_text.h"

namespace cellwise::report {
namespace {

constexpr std::size_t most_series = 6;  // page.css has so many colours

std::string spread_or_dash(const std::optional<statistics::Summary>& summary) {
    return summary ? spread(*summary, 4) : "–";
}

std::string keyed(const RunReport& report, std::size_t group) {
    return fmt::format("<span class=\"key series-{}\">{}</span>", series_of(report, group),
                       escaped_xml(report.groups[group].name));
}

bool has_predictions(const RunReport& report) {
    return std::any_of(report.groups.begin(), report.groups.end(),
                       [](const ReportGroup& group) { return group.predictions.has_value(); });
}

std::string card_row(std::string_view term, const std::string& value) {
    return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", term, value);
}

std::string card_html(const RunReport& report, std::size_t number) {
    const auto& group = report.groups[number];
    const auto& accuracy = group.accuracy;
    const bool is_one = group.runs.size() == 1;
    auto value = fmt::format("{:.4f}", accuracy.mean);
    if (!is_one) value += fmt::format(" <small>± {:.4f}</small>", *accuracy.standard_deviation);
    const auto what = is_one ? std::string("test accuracy")
                             : fmt::format("test accuracy, mean ± standard deviation of {} runs", group.runs.size());
    std::string rows = card_row("95% interval", interval_text(group.accuracy_interval));
    if (group.predictions && group.predictions->area) rows += card_row("ROC AUC", spread(*group.predictions->area, 4));
    rows += card_row("test loss", spread(group.loss, 4));
    rows += card_row("parameters", grouped(group.parameters));
    rows += card_row(is_one ? "training" : "training, each", spread(group.seconds, 1) + " s");
    return fmt::format(
        "<section class=\"card series-{}\"><div><h2>{}</h2><div "
        "class=\"value\">{}</div><p>{}</p></div><dl>{}</dl></section>\n",
        series_of(report, number), escaped_xml(group.name), value, what, rows);
}

std::string differences_html(const RunReport& report) {
    if (report.differences.empty()) return "";
    HtmlTable table("Paired differences", {{"Difference", true},
                                           {"Seeds"},
                                           {"Accuracy"},
                                           {"95% CI"},
                                           {"p (paired t)"},
                                           {"p (Holm)"},
                                           {"p (sign flips)"}});
    std::string verdicts;
    for (const auto& difference : report.differences) {
        const auto& paired = difference.accuracy;
        table.add_row(
            {fmt::format("{} − {}", cell_title(difference.first), cell_title(difference.second)),
             std::to_string(paired.difference.count),
             fmt::format("{:+.4f} ± {:.4f}", paired.difference.mean, *paired.difference.standard_deviation),
             fmt::format("{:+.4f} to {:+.4f}", paired.difference.interval->low, paired.difference.interval->high),
             fmt::format("{:.2g}", *paired.p_value), fmt::format("{:.2g}", difference.p_holm),
             fmt::format("{:.3g}", paired.sign_flip.p_value)});
        verdicts += fmt::format("<li>{}</li>\n", escaped_xml(verdict(difference)));
    }
    return fmt::format(
        "<h3>Paired differences of test accuracy</h3>\n<ul class=\"verdicts\">{}</ul>\n{}<p class=\"muted\">Each "
        "difference is taken between runs of the same seed. The verdicts use the paired t-test's p after Holm's "
        "correction over the pairs; the intervals stand for one pair each.</p>\n",
        verdicts, table.markup());
}

/// "runs/2026-01-31-compare/", if the runs lie side by side in it.
std::string shared_folder(const ReportInput& input) {
    const auto& first = input.runs.front().folder;
    const auto end = first.rfind('/');
    if (input.runs.size() < 2 || end == std::string::npos) return "";
    const auto folder = first.substr(0, end + 1);
    const bool is_shared = std::all_of(input.runs.begin(), input.runs.end(), [&](const ReportRun& run) {
        return run.folder.starts_with(folder) && run.folder.find('/', folder.size()) == std::string::npos;
    });
    return is_shared ? folder : "";
}

/// What the intervals mean, for the groups there are.
std::string interval_note(const RunReport& report) {
    std::set<bool> several;
    for (const auto& group : report.groups) several.insert(group.runs.size() > 1);
    std::string note = "<p class=\"muted\">";
    if (several.contains(true)) {
        note += "Over several runs: mean ± standard deviation, and the t interval of the mean over seeds. ";
    }
    if (several.contains(false)) {
        note +=
            "Of a single run: the uncertainty that comes from the number of test reviews alone (accuracy: Wilson; "
            "AUC: DeLong); another seed may lie outside. ";
    }
    return note + "</p>\n";
}

}  // namespace

std::size_t series_of(const RunReport& report, std::size_t group) {
    std::set<Cell> cells;
    for (const auto& one : report.groups) cells.insert(one.cell);
    if (cells.size() < report.groups.size()) return group % most_series;
    return static_cast<std::size_t>(report.groups[group].cell);
}

std::string interval_text(const std::optional<statistics::Interval>& interval, int decimals) {
    if (!interval) return "–";
    return fmt::format("{:.{}f} to {:.{}f}", interval->low, decimals, interval->high, decimals);
}

std::string cards_html(const RunReport& report) {
    std::string cards;
    for (std::size_t i = 0; i < report.groups.size(); ++i) cards += card_html(report, i);
    return fmt::format("<div class=\"cards\">\n{}</div>\n", cards);
}

std::string results_html(const ReportInput& input, const RunReport& report) {
    const bool judged = has_predictions(report);
    std::vector<HtmlTable::Column> columns{{"Model", true}, {"Runs"}, {"Accuracy"}, {"95% CI"}};
    if (judged) {
        columns.insert(columns.end(), {{"ROC AUC"}, {"95% CI"}, {"Average precision"}, {"Calibration error"}});
    }
    columns.insert(columns.end(), {{"Loss"}, {"Parameters"}, {"Seconds"}});
    HtmlTable table("Results", columns);
    const auto add = [&](const std::string& name, const statistics::Summary& accuracy,
                         const std::optional<statistics::Interval>& interval,
                         const records::GroupPredictions* predictions, const statistics::Summary& loss,
                         std::int64_t parameters, const statistics::Summary& seconds) {
        std::vector<std::string> row{name, std::to_string(accuracy.count), spread(accuracy, 4),
                                     interval_text(interval)};
        if (judged && predictions != nullptr) {
            row.insert(row.end(),
                       {spread_or_dash(predictions->area), interval_text(predictions->area_interval),
                        spread_or_dash(predictions->average_precision), spread(predictions->calibration_error, 4)});
        } else if (judged) {
            row.insert(row.end(), 4, "–");
        }
        row.insert(row.end(), {spread(loss, 4), grouped(parameters), spread(seconds, 1)});
        table.add_row(row);
    };
    for (std::size_t i = 0; i < report.groups.size(); ++i) {
        const auto& group = report.groups[i];
        add(keyed(report, i), group.accuracy, group.accuracy_interval,
            group.predictions ? &*group.predictions : nullptr, group.loss, group.parameters, group.seconds);
    }
    for (auto first = input.baselines.begin(); first != input.baselines.end();) {
        const auto last = std::find_if(first, input.baselines.end(),
                                       [&](const records::BaselineRecord& run) { return run.name != first->name; });
        std::vector<double> accuracies, losses, seconds;
        std::transform(first, last, std::back_inserter(accuracies), [](const auto& run) { return run.test_accuracy; });
        std::transform(first, last, std::back_inserter(losses), [](const auto& run) { return run.test_loss; });
        std::transform(first, last, std::back_inserter(seconds), [](const auto& run) { return run.seconds; });
        const auto accuracy = statistics::summarise(accuracies);
        add(escaped_xml(first->name), accuracy, accuracy.interval, nullptr, statistics::summarise(losses),
            first->parameters, statistics::summarise(seconds));
        first = last;
    }
    return table.markup() + interval_note(report) + differences_html(report);
}

std::string runs_html(const ReportInput& input, const RunReport& report) {
    const auto shared = shared_folder(input);
    const bool judged = has_predictions(report);
    std::vector<HtmlTable::Column> columns{{"Run", true},        {"Model", true}, {"Seed"}, {"Epochs"},
                                           {"Weights of epoch"}, {"Accuracy"},    {"Loss"}};
    if (judged) columns.insert(columns.end(), {{"ROC AUC"}, {"95% CI"}, {"Calibration error"}, {"Brier score"}});
    columns.insert(columns.end(), {{"Seconds"}, {"Engine", true}});
    HtmlTable table("Every run", columns);
    for (std::size_t g = 0; g < report.groups.size(); ++g) {
        for (const auto number : report.groups[g].runs) {
            const auto& run = input.runs[number];
            const auto& record = run.record;
            std::vector<std::string> row{escaped_xml(run.folder.substr(shared.size())),
                                         keyed(report, g),
                                         std::to_string(record.seed),
                                         std::to_string(record.epochs.size()),
                                         std::to_string(record.best_epoch),
                                         fmt::format("{:.4f}", record.test_accuracy),
                                         figure(record.test_loss, 4)};
            const auto& figures = report.runs[number];
            if (judged && figures) {
                row.insert(row.end(), {figures->area ? fmt::format("{:.4f}", figures->area->area) : "–",
                                       interval_text(figures->area ? figures->area->interval : std::nullopt),
                                       fmt::format("{:.4f}", figures->calibration_error),
                                       fmt::format("{:.4f}", figures->brier_score)});
            } else if (judged) {
                row.insert(row.end(), 4, "–");
            }
            row.insert(row.end(), {fmt::format("{:.1f}", record.seconds()), escaped_xml(record.engine)});
            table.add_row(row);
        }
    }
    const auto place = shared.empty() ? "" : fmt::format("<p class=\"muted\">Folders in {}</p>\n", escaped_xml(shared));
    return place + table.markup();
}

}  // namespace cellwise::report
