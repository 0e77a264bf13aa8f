#include <fmt/format.h>

#include <algorithm>

#include "report/charts/svg.h"
#include "report/page/html.h"
#include "report/page/static_page.h"
#include "report/text/summary_text.h"
#include "tasks/customers/pictures.h"
#include "tasks/customers/texts.h"

namespace cellwise::customers {
namespace {

using report::escaped_xml;
using report::grouped;
using report::HtmlTable;

constexpr std::size_t most_pictures = 200;

std::string paragraph(const std::string& text) { return fmt::format("<p>{}</p>\n", escaped_xml(text)); }

std::string domain_html(const Understanding& understanding, Language language) {
    std::string html;
    if (!understanding.goal.empty()) {
        html += fmt::format("<p><strong>{}</strong> {}</p>\n", in(language, "Goal:", "목적:"),
                            escaped_xml(understanding.goal));
    }
    html += paragraph(target_text(understanding, language));
    html += paragraph(candidates_text(understanding, language));
    if (!understanding.target || understanding.target->classes.empty()) return html;
    HtmlTable table("target", {{std::string(in(language, "Class", "범주")), true},
                               {std::string(in(language, "Rows", "행"))},
                               {std::string(in(language, "Share", "비율"))}});
    for (const auto& one : understanding.target->classes) {
        const bool is_positive = one.label == understanding.target->positive;
        table.add_row(
            {escaped_xml(one.label) + (is_positive ? std::string(in(language, " (positive)", " (양성)")) : ""),
             grouped(one.count), percent(one.share)});
    }
    return html + table.markup();
}

std::string findings_html(const Understanding& understanding, Language language) {
    if (understanding.findings.empty()) {
        return fmt::format("<p class=\"absent\">{}</p>\n", in(language, "Nothing was found.", "발견된 것이 없습니다."));
    }
    std::string items;
    for (const auto& finding : understanding.findings) {
        items += fmt::format("<li><b>{}</b>{}</li>\n", finding_title(finding.kind, language),
                             escaped_xml(finding_text(finding, language)));
    }
    return "<ul class=\"findings\">\n" + items + "</ul>\n";
}

std::string associations_html(const Understanding& understanding, Language language) {
    if (understanding.associations.empty()) return "";
    const bool is_auc = understanding.associations[0].measure == tables::ColumnAssociation::Measure::auc;
    return fmt::format(
               "<p class=\"muted\">{}</p>\n",
               is_auc ? in(language,
                           "AUC of each column on its own, with DeLong's 95% interval. 0.5, in the middle, tells "
                           "nothing; below it, low values speak for the positive label. A category is scored by the "
                           "other half of the rows.",
                           "열 하나만의 AUC와 DeLong 95% 구간. 가운데의 0.5는 알려 주는 것이 없고, 그보다 작으면 낮은 "
                           "값이 양성을 가리킵니다. 범주는 나머지 절반의 행으로 점수를 매깁니다.")
                      : in(language, "Pearson's r of each column, with Fisher's 95% interval; 0 is in the middle.",
                           "열마다 피어슨 r과 피셔 95% 구간; 가운데가 0입니다.")) +
           associations_picture(understanding.associations);
}

std::string columns_table(const Understanding& understanding, Language language) {
    HtmlTable table(std::string(in(language, "Columns", "열")), {{std::string(in(language, "Column", "열")), true},
                                                                 {std::string(in(language, "Kind", "종류")), true},
                                                                 {std::string(in(language, "Why", "이유")), true},
                                                                 {std::string(in(language, "Count", "개수"))},
                                                                 {std::string(in(language, "Missing", "결측"))},
                                                                 {std::string(in(language, "Unique", "고유값"))},
                                                                 {std::string(in(language, "Memory", "메모리"))}});
    for (const auto& column : understanding.description.columns) {
        table.add_row({escaped_xml(column.name), std::string(tables::kind_name(column.kind)),
                       escaped_xml(column.reason), grouped(column.count), grouped(column.missing),
                       grouped(column.unique), size_text(column.bytes)});
    }
    return table.markup();
}

std::string numbers_table(const Understanding& understanding, Language language) {
    HtmlTable table(std::string(in(language, "Numbers", "수치")),
                    {{std::string(in(language, "Column", "열")), true},
                     {std::string(in(language, "mean", "평균"))},
                     {std::string(in(language, "std", "표준편차"))},
                     {std::string(in(language, "min", "최소"))},
                     {"25%"},
                     {"50%"},
                     {"75%"},
                     {std::string(in(language, "max", "최대"))},
                     {std::string(in(language, "skew", "왜도"))},
                     {std::string(in(language, "kurtosis", "첨도"))},
                     {std::string(in(language, "IQR outliers", "IQR 이상치"))},
                     {"|z| &gt; 3"}});
    bool has_rows = false;
    for (const auto& column : understanding.description.columns) {
        if (!shows_numbers(column)) continue;
        has_rows = true;
        const auto& numbers = *column.numbers;
        const auto maybe = [](const std::optional<double>& value) { return value ? short_number(*value) : "–"; };
        table.add_row({escaped_xml(column.name), short_number(numbers.mean), maybe(numbers.std),
                       short_number(numbers.min), short_number(numbers.q25), short_number(numbers.median),
                       short_number(numbers.q75), short_number(numbers.max), maybe(numbers.skew),
                       maybe(numbers.kurtosis), grouped(numbers.iqr_outliers), grouped(numbers.z_outliers)});
    }
    return has_rows ? table.markup() : "";
}

std::string pictures_html(const Understanding& understanding, Language language) {
    std::string figures;
    const auto& columns = understanding.description.columns;
    for (std::size_t i = 0; i < std::min(most_pictures, columns.size()); ++i) {
        const auto& column = columns[i];
        const bool has_histogram = shows_histogram(column);
        if (!has_histogram && (column.levels.empty() || column.kind == tables::Kind::identifier)) continue;
        figures += fmt::format(
            "<figure><figcaption><strong>{}</strong><span>{} · {} {}</span></figcaption>\n{}</figure>\n",
            escaped_xml(column.name), tables::kind_name(column.kind), grouped(column.unique),
            in(language, "distinct", "고유값"), has_histogram ? histogram_picture(column) : levels_picture(column));
    }
    return figures.empty() ? "" : "<div class=\"columns\">\n" + figures + "</div>\n";
}

std::string header_html(const Understanding& understanding, Language language) {
    std::string items;
    if (understanding.is_synthetic) {
        items += fmt::format("<li>{}</li>\n",
                             in(language, "SYNTHETIC: this table is made up, with faults planted on purpose.",
                                "SYNTHETIC: 이 표는 지어낸 것이며 결함을 일부러 심었습니다."));
    }
    for (const auto& note : understanding.description.notes) items += fmt::format("<li>{}</li>\n", escaped_xml(note));
    return items.empty() ? "" : "<ul class=\"notes\">\n" + items + "</ul>\n";
}

}  // namespace

std::string understanding_page(const Understanding& understanding, Language language) {
    const auto& description = understanding.description;
    report::StaticPage page;
    page.language = language == Language::korean ? "ko" : "en";
    page.brand = in(language, "Cellwise customers", "Cellwise 고객");
    page.title = title_of(understanding, language);
    page.lead = fmt::format(fmt::runtime(in(language, "{} rows, {} columns, {} in memory.", "{}행, {}열, 메모리 {}.")),
                            grouped(description.rows), description.columns.size(), size_text(description.bytes));
    page.header = header_html(understanding, language);
    page.style = picture_style();
    page.sections_label = in(language, "Sections", "목차");
    const auto add = [&](const char* id, std::string_view english, std::string_view korean, std::string content) {
        page.sections.push_back({id, std::string(in(language, english, korean)), std::move(content)});
    };
    add("domain", "What is predicted", "무엇을 예측하는가", domain_html(understanding, language));
    add("audit", "Audit", "점검", findings_html(understanding, language));
    add("told", "What tells the target", "목표를 알려 주는 열", associations_html(understanding, language));
    add("distributions", "Distributions", "분포", pictures_html(understanding, language));
    add("columns", "Columns", "열", columns_table(understanding, language));
    add("numbers", "Numbers", "수치", numbers_table(understanding, language));
    add("correlations", "Correlations", "상관", correlations_picture(understanding, language));
    page.footer = in(language, "This file is whole: it loads nothing and runs no script.",
                     "이 파일은 온전합니다: 아무것도 불러오지 않고 스크립트도 없습니다.");
    return report::static_page_html(page);
}

}  // namespace cellwise::customers
