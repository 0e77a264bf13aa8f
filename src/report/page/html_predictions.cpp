#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/charts/svg.h"
#include "report/page/html.h"
#include "report/page/html_sections.h"
#include "report/text/summary_text.h"

namespace cellwise::report {
namespace {

using Group = ReportGroup;

/// "RNN: AUC 0.8812; LSTM: AUC 0.9341", for screen readers.
std::string told(const RunReport& report, auto value) {
    std::string text;
    for (const auto& group : report.groups) {
        if (!group.predictions) continue;
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", group.name, value(*group.predictions));
    }
    return text;
}

std::string mean_or_dash(const std::optional<statistics::Summary>& summary) {
    return summary ? fmt::format("{:.4f}", summary->mean) : "not defined";
}

bool any_predictions(const RunReport& report) {
    return std::any_of(report.groups.begin(), report.groups.end(),
                       [](const Group& group) { return group.predictions; });
}

/// Why groups have no predictions; empty if all have.
std::string absences(const RunReport& report) {
    std::string text;
    for (const auto& group : report.groups) {
        if (group.predictions) continue;
        text += fmt::format("<p class=\"absent\">No predictions of {}: {}</p>\n", escaped_xml(group.name),
                            escaped_xml(group.no_predictions));
    }
    return text;
}

/// A count, or over several runs its mean and standard deviation.
std::string count_html(const statistics::Summary& count) {
    const auto mean = grouped(std::llround(count.mean));
    if (!count.standard_deviation) return fmt::format("<b>{}</b>", mean);
    return fmt::format("<b>{}</b><span>± {:.0f}</span>", mean, *count.standard_deviation);
}

std::string confusion_row(std::string_view truth, const statistics::Summary& said_negative,
                          const statistics::Summary& said_positive) {
    const double total = said_negative.mean + said_positive.mean;
    const auto cell = [&](const statistics::Summary& count) {
        const double share = total > 0 ? count.mean / total : 0;
        return fmt::format("<td style=\"--share: {:.4f}\">{}<span>{:.1f}%</span></td>", share, count_html(count),
                           100 * share);
    };
    return fmt::format("<tr><th scope=\"row\">{}</th>{}{}</tr>\n", truth, cell(said_negative), cell(said_positive));
}

std::string review_text(const ErrorText& text, std::int64_t vocabulary_size, std::size_t first, std::size_t last) {
    std::string html;
    const char* open = nullptr;  // the class of the words in hand
    for (std::size_t i = first; i < last; ++i) {
        const auto& word = text.words[i];
        const char* wanted = i < text.unread ? "unread" : word.id >= vocabulary_size ? "unknown" : nullptr;
        if (open != wanted && open != nullptr) html += "</span>";
        if (i > first) html += ' ';
        if (open != wanted && wanted != nullptr) html += fmt::format("<span class=\"{}\">", wanted);
        html += escaped_xml(word.word);
        open = wanted;
    }
    return open == nullptr ? html : html + "</span>";
}

std::string error_html(const records::ConfidentError& error, const ErrorText& text, const ReportRun& run,
                       bool several) {
    constexpr std::size_t shown = 60;  // words
    auto html = fmt::format(
        "<li><div class=\"verdict\"><span><span class=\"bar\"><i style=\"width: {0:.1f}%\"></i></span>called "
        "<b>{1}</b>, {2} "
        "{3:.4f}</span><span>in truth <b>{4}</b></span><span class=\"muted\">test review {5}</span></div>\n",
        100 * error.probability, error.is_positive ? "negative" : "positive",
        several ? "mean P(positive)" : "P(positive)", error.probability, error.is_positive ? "positive" : "negative",
        error.review);
    const auto count = text.words.size();
    if (count > 0 && count <= shown) {
        html += fmt::format("<p class=\"review\">{}</p>", review_text(text, run.vocabulary_size, 0, count));
    } else if (count > 0) {
        // The end is what the model has read last.
        html += fmt::format(
            "<p class=\"review\">… {}</p><details class=\"more\"><summary>all {} words</summary><p class=\"review\">{}"
            "</p></details>",
            review_text(text, run.vocabulary_size, count - shown, count), count,
            review_text(text, run.vocabulary_size, 0, count));
    }
    return html + "</li>\n";
}

}  // namespace

std::string chart_figure(std::string_view id, std::string_view title, std::string_view description,
                         std::string_view alternative) {
    return fmt::format(
        "<figure><figcaption><strong>{1}</strong><span>{2}</span></figcaption>\n"
        "<div class=\"plot\"><canvas id=\"{0}\" role=\"img\" aria-label=\"{1}. {3}\"></canvas></div>\n"
        "<details class=\"numbers\"><summary>The numbers</summary><div class=\"scroll\" role=\"region\" "
        "aria-label=\"{1}: the numbers\" tabindex=\"0\"></div></details></figure>\n",
        id, escaped_xml(title), escaped_xml(description), escaped_xml(alternative));
}

std::string discrimination_html(const RunReport& report) {
    const bool has_both = std::any_of(report.groups.begin(), report.groups.end(),
                                      [](const Group& group) { return group.predictions && group.predictions->area; });
    auto html = absences(report);
    if (!any_predictions(report)) return html;
    if (!has_both) {
        return html + "<p class=\"absent\">All test reviews have the same label: there is no curve to draw.</p>\n";
    }
    html += "<div class=\"charts\">\n";
    html +=
        chart_figure("roc", "ROC curve",
                     "What each threshold finds of the positive reviews, over what it wrongly takes of the negative "
                     "ones. AUC: the probability that a positive review gets the higher probability of two.",
                     told(report, [](const auto& figures) { return "AUC " + mean_or_dash(figures.area); }));
    html += chart_figure(
        "precision-recall", "Precision and recall",
        "Of the reviews called positive, the share that is, over the share of positive reviews found. AP: average "
        "precision.",
        told(report,
             [](const auto& figures) { return "average precision " + mean_or_dash(figures.average_precision); }));
    return html + "</div>\n";
}

std::string calibration_html(const RunReport& report) {
    if (!any_predictions(report)) return "";
    const auto errors = "Expected calibration error: " + told(report, [](const auto& figures) {
                            return fmt::format("{:.4f}", figures.calibration_error.mean);
                        });
    const bool any_single = std::any_of(report.groups.begin(), report.groups.end(),
                                        [](const Group& group) { return group.runs.size() == 1; });
    const std::string bars = any_single ? " Bars: 95% intervals (Wilson) of single runs." : "";
    return "<div class=\"charts\">\n" +
           chart_figure(
               "calibration", "Reliability",
               "Reviews in ten bins of predicted probability: a calibrated model lies on the diagonal; below it "
               "the model is too sure of positive reviews, above it not sure enough. " +
                   errors + "." + bars,
               errors) +
           chart_figure("probabilities", "Predicted probabilities",
                        "How the reviews spread over the bins: much at both ends, and the model is sure of itself.",
                        "The share of reviews in each of ten bins") +
           "</div>\n";
}

std::string confusion_html(const RunReport& report) {
    std::string tables;
    for (std::size_t i = 0; i < report.groups.size(); ++i) {
        const auto& group = report.groups[i];
        if (!group.predictions) continue;
        const auto& figures = *group.predictions;
        const auto share = [](std::string_view name, const std::optional<statistics::Summary>& value) {
            return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, value ? spread(*value, 4) : "–");
        };
        tables += fmt::format(
            "<div><table class=\"confusion series-{}\"><caption>{}</caption>\n<thead><tr><td style=\"background: none; "
            "padding: 0\"></td><th scope=\"col\">called negative</th><th scope=\"col\">called "
            "positive</th></tr></thead>\n"
            "<tbody>{}{}</tbody></table>\n<dl class=\"shares\">{}{}{}{}</dl></div>\n",
            series_of(report, i), escaped_xml(group.name),
            confusion_row("is negative", figures.true_negatives, figures.false_positives),
            confusion_row("is positive", figures.false_negatives, figures.true_positives),
            share("precision", figures.precision), share("recall", figures.recall),
            share("specificity", figures.specificity), share("F1", figures.f1));
    }
    return tables.empty() ? "" : fmt::format("<div class=\"confusions\">\n{}</div>\n", tables);
}

std::string lengths_html(const ReportInput& input, const RunReport& report) {
    if (!any_predictions(report)) return "";
    const auto length = input.runs.front().length;
    const bool one_length =
        std::all_of(input.runs.begin(), input.runs.end(), [&](const ReportRun& run) { return run.length == length; });
    const auto description =
        "The test reviews in groups of about equally many, from the shortest to the longest. Bars: 95% intervals." +
        (one_length ? fmt::format(" The models read the last {} words; what stands before is cut off.", length) : "");
    return "<div class=\"charts\">\n" +
           chart_figure("lengths", "Accuracy by review length", description,
                        told(report,
                             [](const auto& figures) {
                                 return fmt::format("from {:.4f} on the shortest to {:.4f} on the longest",
                                                    figures.lengths.front().accuracy, figures.lengths.back().accuracy);
                             })) +
           "</div>\n";
}

std::string errors_html(const ReportInput& input, const RunReport& report) {
    std::string html;
    if (!any_predictions(report)) return html;
    if (!input.words_of)
        html += fmt::format("<p class=\"absent\">Without their text: {}</p>\n", escaped_xml(input.no_words));
    for (std::size_t i = 0; i < report.groups.size(); ++i) {
        const auto& group = report.groups[i];
        if (!group.predictions) continue;
        const auto& run = input.runs[group.runs.front()];
        std::string items;
        for (std::size_t k = 0; k < group.error_texts.size(); ++k) {
            items += error_html(group.predictions->errors[k], group.error_texts[k], run, group.runs.size() > 1);
        }
        if (items.empty()) items = "<li>No test review is judged wrongly.</li>";
        html += fmt::format(
            "<details class=\"group series-{}\"{}><summary><span class=\"key\">{}</span></summary><ol "
            "class=\"errors\">\n"
            "{}</ol></details>\n",
            series_of(report, i), i == 0 ? " open" : "", escaped_xml(group.name), items);
    }
    return html;
}

}  // namespace cellwise::report
