#include "report/text/comparison_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/text/summary_text.h"
#include "report/text/table.h"

namespace cellwise::report {
namespace {

std::string interval(const std::optional<statistics::Interval>& value, const char* format) {
    if (!value) return "";
    return fmt::format(fmt::runtime(format), value->low, value->high);
}

bool has_several_seeds(const std::vector<records::CellSummary>& summaries) {
    return std::any_of(summaries.begin(), summaries.end(),
                       [](const auto& summary) { return summary.accuracy.count > 1; });
}

std::vector<std::string> row_of(std::string_view title, std::int64_t parameters, const statistics::Summary& accuracy,
                                const statistics::Summary& loss, const statistics::Summary& seconds, bool several) {
    std::vector<std::string> row{std::string(title), grouped(parameters), spread(accuracy, 4)};
    if (several) {
        row.push_back(interval(accuracy.interval, "{:.4f} to {:.4f}"));
        row.push_back(std::to_string(accuracy.count));
    }
    row.push_back(spread(loss, 4));
    row.push_back(spread(seconds, 1));
    return row;
}

// Runs of one name stand together: one row for each name.
void add_baselines(Table& table, const std::vector<records::BaselineRecord>& baselines, bool several) {
    for (auto first = baselines.begin(); first != baselines.end();) {
        const auto last =
            std::find_if(first, baselines.end(), [&](const auto& run) { return run.name != first->name; });
        std::vector<double> accuracies, losses, seconds;
        for (auto run = first; run != last; ++run) {
            accuracies.push_back(run->test_accuracy);
            losses.push_back(run->test_loss);
            seconds.push_back(run->seconds);
        }
        table.add_row(row_of(first->name, first->parameters, statistics::summarise(accuracies),
                             statistics::summarise(losses), statistics::summarise(seconds), several));
        first = last;
    }
}

std::string cell_table(const records::ComparisonRecord& record) {
    using Align = Table::Align;
    const auto summaries = records::summarise_cells(record.runs);
    const bool several = has_several_seeds(summaries);
    std::vector<Table::Column> columns{{"cell", Align::left}, {"parameters"}, {"accuracy"}};
    if (several) columns.insert(columns.end(), {{"95% CI of the mean"}, {"runs"}});
    columns.insert(columns.end(), {{"loss"}, {"seconds"}});
    Table table(columns);
    for (const auto& summary : summaries) {
        table.add_row(row_of(records::model_title(record, summary.cell), summary.parameters, summary.accuracy,
                             summary.loss, summary.seconds, several));
    }
    add_baselines(table, record.baselines, several);
    return table.text();
}

std::string difference_table(const std::vector<records::CellDifference>& differences) {
    using Align = Table::Align;
    Table table({{"paired difference", Align::left},
                 {"seeds"},
                 {"accuracy"},
                 {"95% CI"},
                 {"p (t)"},
                 {"p (Holm)"},
                 {"p (sign flips)"},
                 {"lowest p possible"}});
    for (const auto& difference : differences) {
        const auto& paired = difference.accuracy;
        table.add_row({fmt::format("{} − {}", cell_title(difference.first), cell_title(difference.second)),
                       std::to_string(paired.difference.count),
                       fmt::format("{:+.4f} ± {:.4f}", paired.difference.mean, *paired.difference.standard_deviation),
                       interval(paired.difference.interval, "{:+.4f} to {:+.4f}"),
                       fmt::format("{:.2g}", *paired.p_value), fmt::format("{:.2g}", difference.p_holm),
                       fmt::format("{:.3g}", paired.sign_flip.p_value),
                       fmt::format("{:.3g}", paired.sign_flip.smallest_p)});
    }
    return table.text();
}

/// Why an interval beside 0 may still not be called significant, and what the sign flips cannot say.
std::string explanation(const std::vector<records::CellDifference>& differences) {
    const auto fewest =
        std::min_element(differences.begin(), differences.end(), [](const auto& one, const auto& other) {
            return one.accuracy.difference.count < other.accuracy.difference.count;
        });
    return fmt::format(
        "The verdicts use the paired t-test's p after Holm's correction over the pairs; the intervals stand for one "
        "pair each.\nWith {} seeds the p of the sign flips cannot fall below {:.3g}.\n",
        fewest->accuracy.difference.count, fewest->accuracy.sign_flip.smallest_p);
}

/// What the test figures may be taken for.
std::string validation_note(const std::vector<records::RunRecord>& runs) {
    if (runs.empty()) return "";
    const auto& run = runs.front();  // all runs of a comparison share these settings
    if (run.held_out)
        return "Held-out training reviews validated each epoch; the test reviews were used once, at the end.\n";
    if (run.early_stopping) {
        return "CAUTION: early stopping chose the epoch by the test reviews, so their accuracy is too good to be an "
               "honest estimate: use --validation-split.\n";
    }
    return "Validation = test, as in the tutorial: --validation-split keeps the test reviews untouched until the "
           "end.\n";
}

}  // namespace

std::string closing_lines(const records::ComparisonRecord& record) {
    std::string text;
    for (const auto& summary : records::summarise_cells(record.runs)) {
        text += fmt::format("{} Test Accuracy: {}", records::model_title(record, summary.cell),
                            spread(summary.accuracy, 4));
        if (summary.accuracy.count > 1) text += fmt::format(" (n = {})", summary.accuracy.count);
        text += '\n';
    }
    return text;
}

std::string comparison_text(const records::ComparisonRecord& record) {
    std::string text;
    if (record.data.is_object() && record.data.value("kind", "") == "synthetic") {
        text += "On the SYNTHETIC review corpus, not on real reviews:\n";
    }
    if (!record.runs.empty() || !record.baselines.empty()) text += cell_table(record);
    const auto differences = compare_cells(record.runs);
    if (!differences.empty()) {
        text += fmt::format("\n{}", difference_table(differences));
        for (const auto& difference : differences) text += verdict(difference) + '\n';
        text += explanation(differences);
    }
    for (const auto& note : notes_of(record)) text += note + '\n';
    if (record.runs.empty()) return text;
    return fmt::format("{}{}\n{}", text, validation_note(record.runs), closing_lines(record));
}

}  // namespace cellwise::report
