#include <fmt/format.h>

#include <algorithm>

#include "report/charts/svg.h"
#include "report/page/html.h"
#include "report/page/run_report.h"
#include "report/page/static_page.h"
#include "report/text/summary_text.h"
#include "tasks/customers/pictures.h"
#include "tasks/customers/run_report.h"
#include "tasks/customers/run_report_pictures.h"
#include "tasks/customers/texts.h"

namespace cellwise::customers {
namespace {

using report::escaped_xml;
using report::grouped;
using report::HtmlTable;

constexpr std::size_t most_confusion_labels = 6;
constexpr std::size_t most_importances = 30;

std::string figure(std::string_view title, std::string_view told, const std::string& svg) {
    return fmt::format(
        "<figure><figcaption><span>{1}</span></figcaption><div class=\"picture\"><img alt=\"{0}\" "
        "src=\"data:image/svg+xml;base64,{2}\"></div></figure>\n",
        escaped_xml(title), escaped_xml(told), report::base64(svg));
}

std::string charts(const std::string& figures) { return "<div class=\"charts\">\n" + figures + "</div>\n"; }

std::string narrow(const HtmlTable& table) { return "<div class=\"narrow\">" + table.markup() + "</div>\n"; }

std::string muted(std::string_view text) { return fmt::format("<p class=\"muted\">{}</p>\n", escaped_xml(text)); }

std::string results_html(const CustomerRun& run, const RunReport& report, Language language) {
    HtmlTable table(std::string(in(language, "Results", "결과")),
                    {{std::string(in(language, "Measure", "지표")), true},
                     {std::string(in(language, "On the test rows", "시험 행에서"))}});
    for (const auto& metric : metrics_of(run.is_classification)) {
        const auto& value = report.figures.*metric.value;
        table.add_row({std::string(metric.name), value ? fmt::format("{:.4f}", *value) : "–"});
    }
    std::string html = narrow(table);
    if (report.curves.size() == 1 && report.curves[0].area && report.curves[0].area->interval) {
        const auto& interval = *report.curves[0].area->interval;
        html += muted(fmt::format(fmt::runtime(in(language,
                                                  "DeLong's 95% interval of roc_auc: {:.4f} to {:.4f}. It covers other "
                                                  "test rows, not another training.",
                                                  "roc_auc의 DeLong 95% 구간: {:.4f}–{:.4f}. 다른 시험 행에 대한 "
                                                  "것이며, 다시 훈련한 경우에 대한 것은 아닙니다.")),
                                  interval.low, interval.high));
    }
    return html;
}

std::string curves_html(const RunReport& report, Language language) {
    if (report.curves.empty()) return "";
    return charts(
        figure(in(language, "ROC curve", "ROC 곡선"),
               in(language, "Every distinct probability is one threshold.", "서로 다른 확률마다 임계값 하나입니다."),
               roc_picture(report, language)) +
        figure(in(language, "Precision and recall", "정밀도와 재현율"),
               in(language, "Precision: of those told to have the label, the share that has it.",
                  "정밀도: 그 범주라고 답한 행 가운데 실제로 그런 비율."),
               precision_recall_picture(report, language)));
}

std::string calibration_html(const RunReport& report, Language language) {
    if (report.curves.empty()) return "";
    std::string errors;
    for (const auto& curves : report.curves) {
        if (!curves.calibration_error) continue;
        errors += fmt::format("{}{}: {:.4f}", errors.empty() ? "" : ", ", curves.label, *curves.calibration_error);
    }
    return charts(figure(in(language, "Calibration", "보정"),
                         in(language,
                            "Ten bins of probability; bands are Wilson's 95% intervals. On the dashed line a "
                            "probability of 0.3 comes true in 30%.",
                            "확률 구간 10개; 띠는 윌슨 95% 구간. 점선에서는 확률 0.3이 30%에서 맞습니다."),
                         calibration_picture(report, language))) +
           muted(fmt::format("{}: {}", in(language, "Expected calibration error", "기대 보정 오차"), errors));
}

std::string confusion_html(const CustomerRun& run, const RunReport& report, Language language) {
    const auto classes = report.confusion.size();
    if (classes == 0) return "";
    std::string told;
    if (classes == 2) {
        told = fmt::format(fmt::runtime(in(language, "{} is told where its probability is above {:.4g}.",
                                           "확률이 {1:.4g}보다 크면 {0}(이)라고 답합니다.")),
                           run.labels.back(), run.threshold);
    } else {
        told = in(language, "The most probable label is told.", "확률이 가장 큰 범주로 답합니다.");
    }
    if (classes > most_confusion_labels) {
        std::vector<HtmlTable::Column> columns{{std::string(in(language, "True", "실제")), true}};
        for (const auto& label : run.labels) columns.push_back({escaped_xml(label)});
        HtmlTable table(std::string(in(language, "Confusion", "혼동 행렬")), columns);
        for (std::size_t truth = 0; truth < classes; ++truth) {
            std::vector<std::string> cells{escaped_xml(run.labels[truth])};
            for (const auto count : report.confusion[truth]) cells.push_back(grouped(static_cast<std::int64_t>(count)));
            table.add_row(cells);
        }
        return muted(told) + table.markup();
    }
    std::string head, body;
    for (std::size_t truth = 0; truth < classes; ++truth) {
        const auto name = escaped_xml(run.labels[truth]);
        head += fmt::format("<th scope=\"col\">{} {}</th>", in(language, "told", "예측"), name);
        body += fmt::format("<tr><th scope=\"row\">{} {}</th>", in(language, "is", "실제"), name);
        std::size_t total = 0;
        for (const auto count : report.confusion[truth]) total += count;
        for (const auto count : report.confusion[truth]) {
            const double share = total > 0 ? static_cast<double>(count) / static_cast<double>(total) : 0;
            body += fmt::format("<td style=\"--share: {:.4f}\"><b>{}</b><span>{}</span></td>", share,
                                grouped(static_cast<std::int64_t>(count)), percent(share));
        }
        body += "</tr>\n";
    }
    return muted(told) + fmt::format(
                             "<div class=\"confusions\"><div class=\"scroll series-1\"><table class=\"confusion\">"
                             "<thead><tr><td></td>{}</tr></thead><tbody>\n{}</tbody></table></div></div>\n",
                             head, body);
}

std::string threshold_html(const CustomerRun& run, const RunReport& report, Language language) {
    if (report.thresholds.empty()) return "";
    HtmlTable table(std::string(in(language, "Thresholds", "임계값")),
                    {{std::string(in(language, "Threshold", "임계값"))},
                     {std::string(in(language, "accuracy", "정확도"))},
                     {std::string(in(language, "precision", "정밀도"))},
                     {std::string(in(language, "recall", "재현율"))},
                     {"F1"}});
    const auto text = [](const std::optional<double>& value) { return value ? fmt::format("{:.4f}", *value) : "–"; };
    for (std::size_t i = 9; i < report.thresholds.size(); i += 10) {
        const auto& [threshold, confusion] = report.thresholds[i];
        table.add_row({fmt::format("{:.1f}", threshold), text(confusion.accuracy()), text(confusion.precision()),
                       text(confusion.recall()), text(confusion.f1())});
    }
    return charts(figure(
               in(language, "Threshold", "임계값"),
               in(language,
                  "On the test rows. To choose a threshold by them would flatter; --threshold chooses it in training.",
                  "시험 행에서 잰 값입니다. 여기서 고르면 좋게 보입니다; --threshold는 훈련 행에서 고릅니다."),
               threshold_picture(report, run.threshold, language))) +
           narrow(table);
}

std::string numbers_html(const CustomerRun& run, const RunReport& report, Language language) {
    if (run.is_classification || report.targets.empty()) return "";
    return charts(figure(in(language, "Predicted against true", "예측값과 실제값"),
                         in(language, "On the dashed line the prediction is right.", "점선 위에서는 예측이 맞습니다."),
                         predicted_picture(report, language)) +
                  figure(in(language, "Residuals", "잔차"),
                         in(language, "A slope or a funnel is what the model has not learned.",
                            "기울거나 벌어지면 모델이 배우지 못한 것이 있습니다."),
                         residuals_picture(report, language)));
}

std::string importance_html(const CustomerRun& run, const RunReport& report, Language language) {
    if (report.importance.empty()) return "";
    double low = 0, high = 0;
    for (const auto& one : report.importance) low = std::min(low, one.low), high = std::max(high, one.high);
    if (low == high) high = low + 1;
    const auto x = [&](double value) { return 600 * (value - low) / (high - low); };
    std::string rows;
    for (std::size_t i = 0; i < std::min(most_importances, report.importance.size()); ++i) {
        const auto& one = report.importance[i];
        rows += fmt::format(
            "<div><span>{}</span><svg viewBox=\"0 0 600 22\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
            "<line class=\"middle\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"0\" y2=\"22\"/>"
            "<line class=\"interval\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"11\" y2=\"11\"/>"
            "<rect class=\"dot\" x=\"{:.1f}\" y=\"5\" width=\"5\" height=\"12\"/></svg><b>{:+.4f}</b></div>\n",
            escaped_xml(one.column), x(0), x(0), x(one.low), x(one.high), x(one.mean) - 2.5, one.mean);
    }
    const auto told = fmt::format(
        fmt::runtime(
            in(language,
               "How far {0} falls when a column's cells are shuffled among {1} test rows, {2} times; lines are "
               "95% intervals over the shufflings. Columns that repeat each other share their importance.",
               "한 열의 칸을 시험 행 {1}개 사이에서 {2}번 섞을 때 {0}이(가) 줄어드는 크기; 선은 섞기에 대한 "
               "95% 구간입니다. 서로 되풀이하는 열은 중요도를 나누어 가집니다.")),
        run.is_classification ? "roc_auc" : "r2", grouped(static_cast<std::int64_t>(report.importance_rows)),
        report.repeats);
    return muted(told) + "<div class=\"told\">\n" + rows + "</div>\n";
}

std::string contributions_html(const CustomerRun& run, const RunReport& report, Language language) {
    if (report.columns.empty()) {
        return fmt::format("<p class=\"absent\">{}</p>\n",
                           in(language, "This model does not tell what each column adds.",
                              "이 모델은 열의 기여를 알려 주지 않습니다."));
    }
    HtmlTable table(
        std::string(in(language, "Contributions", "기여")),
        {{std::string(in(language, "Column", "열")), true}, {std::string(in(language, "Mean size", "크기의 평균"))}});
    for (const auto& column : report.columns) {
        table.add_row({escaped_xml(column.column), fmt::format("{:.4f}", column.mean_size)});
    }
    const auto told = fmt::format(
        fmt::runtime(
            in(language,
               "A dot for each of {} test rows: what the column adds to the prediction. Orange: a number above "
               "its median; blue: not above it; green: a category.",
               "시험 행 {}개마다 점 하나: 그 열이 예측에 더하는 값. 주황: 중앙값보다 큰 수; 파랑: 그 이하; "
               "초록: 범주.")),
        report.explained_rows);
    return charts(figure(in(language, "What columns add", "열의 기여"), told,
                         contributions_picture(report, run.model->margin_unit(), language))) +
           narrow(table);
}

std::string settings_html(const CustomerRun& run, Language language) {
    HtmlTable table(
        std::string(in(language, "Settings", "설정")),
        {{std::string(in(language, "Setting", "설정")), true}, {std::string(in(language, "Value", "값")), true}});
    for (const auto& [name, value] : run.all_settings()) {
        std::string text = value;
        std::ranges::replace(text, '\n', ' ');
        table.add_row({escaped_xml(name), text.empty() ? "–" : escaped_xml(text)});
    }
    table.add_row({std::string(in(language, "table", "표")), escaped_xml(run.table_name())});
    table.add_row({"SHA-256", run.table_sha256});
    return narrow(table);
}

}  // namespace

std::string run_report_page(const CustomerRun& run, const RunReport& report) {
    const auto language = run.language;
    report::StaticPage page;
    page.language = language == Language::korean ? "ko" : "en";
    page.meta = report::report_marker() + "\n";
    page.has_pictures = true;
    page.brand = in(language, "Cellwise report", "Cellwise 보고서");
    page.title = fmt::format("{} · {}", run.title, run.target);
    page.lead = fmt::format(fmt::runtime(in(language, "{}: trained on {} rows, tested on {}.",
                                            "{}: {}행으로 훈련하고 {}행으로 시험했습니다.")),
                            run.table_name(), grouped(run.train), grouped(run.test));
    page.style = std::string(picture_style()) +
                 ".picture { border: 0; } .picture img { min-width: 0; max-width: 640px; }\n"
                 ".confusions, .narrow { max-width: 640px; }\n";
    page.sections_label = in(language, "Sections", "목차");
    const auto add = [&](const char* id, std::string_view english, std::string_view korean, std::string content) {
        page.sections.push_back({id, std::string(in(language, english, korean)), std::move(content)});
    };
    add("results", "Results", "결과", results_html(run, report, language));
    add("curves", "ROC and precision-recall", "ROC와 정밀도-재현율", curves_html(report, language));
    add("calibration", "Calibration", "보정", calibration_html(report, language));
    add("confusion", "Confusion matrix", "혼동 행렬", confusion_html(run, report, language));
    add("threshold", "Threshold", "임계값", threshold_html(run, report, language));
    add("numbers", "Predicted against true", "예측값과 실제값", numbers_html(run, report, language));
    add("importance", "Importance of columns", "열의 중요도", importance_html(run, report, language));
    add("contributions", "What columns add", "열의 기여", contributions_html(run, report, language));
    add("settings", "Settings", "설정", settings_html(run, language));
    page.footer = in(language, "This file is whole: it loads nothing and runs no script.",
                     "이 파일은 온전합니다: 아무것도 불러오지 않고 스크립트도 없습니다.");
    return report::static_page_html(page);
}

}  // namespace cellwise::customers
