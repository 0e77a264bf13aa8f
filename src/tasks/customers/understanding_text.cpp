#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/utf8.h"
#include "report/text/summary_text.h"
#include "report/text/table.h"
#include "tasks/customers/texts.h"

namespace cellwise::customers {
namespace {

using report::Table;
using Align = Table::Align;

constexpr std::size_t name_width = 18;
constexpr std::size_t most_shown = 60;  // columns
constexpr std::size_t most_associations = 12;
constexpr std::size_t most_of_a_kind = 8;  // findings

std::string name_cell(const std::string& name) { return fitted(printable(name), name_width); }

std::string heading(std::string_view text) { return fmt::format("\n{}\n", text); }

std::string kind_text(tables::Kind kind, Language language) {
    if (language == Language::english) return std::string(tables::kind_name(kind));
    switch (kind) {
        case tables::Kind::numeric:
            return "수치";
        case tables::Kind::boolean:
            return "참거짓";
        case tables::Kind::category:
            return "범주";
        case tables::Kind::date:
            return "날짜";
        case tables::Kind::text:
            return "글";
        case tables::Kind::identifier:
            return "식별자";
    }
    return "";
}

/// A small histogram, the dates' span, or the most frequent level.
std::string contents(const tables::ColumnDescription& column) {
    constexpr std::size_t width = 30;
    if (column.kind == tables::Kind::date && column.numbers) {
        return fmt::format("{} – {}", date_of(column.numbers->min), date_of(column.numbers->max));
    }
    if (shows_histogram(column)) return small_histogram(*column.numbers->histogram, width);
    if (column.levels.empty()) {
        return column.numbers
                   ? fmt::format("{} – {}", short_number(column.numbers->min), short_number(column.numbers->max))
                   : "";
    }
    if (column.kind == tables::Kind::identifier || column.kind == tables::Kind::text) {
        return fitted(printable(column.levels[0].level), width);
    }
    const auto share = percent(static_cast<double>(column.levels[0].count) / static_cast<double>(column.count));
    return fmt::format("{} {}", fitted(printable(column.levels[0].level), width - 7), share);
}

std::string columns_text(const Understanding& understanding, Language language) {
    const auto& columns = understanding.description.columns;
    Table table({{std::string(in(language, "Column", "열")), Align::left},
                 {std::string(in(language, "Kind", "종류")), Align::left},
                 {std::string(in(language, "Missing", "결측"))},
                 {std::string(in(language, "Unique", "고유값"))},
                 {std::string(in(language, "Histogram or most frequent", "분포 또는 최빈값")), Align::left}});
    const std::size_t shown = std::min(most_shown, columns.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& column = columns[i];
        table.add_row({name_cell(column.name), kind_text(column.kind, language), std::to_string(column.missing),
                       std::to_string(column.unique), contents(column)});
    }
    std::string text = table.text();
    if (shown < columns.size()) {
        text += fmt::format(fmt::runtime(in(language, "… and {} more: --json and --html have them all\n",
                                            "… 그리고 {}개 더: --json과 --html에 모두 있습니다\n")),
                            columns.size() - shown);
    }
    return text;
}

std::string number_or_dash(const std::optional<double>& value) { return value ? short_number(*value) : "–"; }

std::string numbers_text(const Understanding& understanding, Language language) {
    Table figures({{std::string(in(language, "Numbers", "수치")), Align::left},
                   {std::string(in(language, "mean", "평균"))},
                   {std::string(in(language, "std", "표준편차"))},
                   {std::string(in(language, "min", "최소"))},
                   {"25%"},
                   {"50%"},
                   {"75%"},
                   {std::string(in(language, "max", "최대"))}});
    Table shapes({{std::string(in(language, "Shape", "모양")), Align::left},
                  {std::string(in(language, "count", "개수"))},
                  {std::string(in(language, "skew", "왜도"))},
                  {std::string(in(language, "kurtosis", "첨도"))},
                  {std::string(in(language, "IQR outliers", "IQR 이상치"))},
                  {std::string(in(language, "|z| > 3", "|z| > 3"))}});
    std::size_t shown = 0;
    for (const auto& column : understanding.description.columns) {
        if (!shows_numbers(column) || shown++ >= most_shown) continue;
        const auto& numbers = *column.numbers;
        const auto name = fitted(printable(column.name), 14);
        figures.add_row({name, short_number(numbers.mean), number_or_dash(numbers.std), short_number(numbers.min),
                         short_number(numbers.q25), short_number(numbers.median), short_number(numbers.q75),
                         short_number(numbers.max)});
        const auto moment = [](const std::optional<double>& value) {
            return value ? fmt::format("{:.4f}", *value) : std::string("–");
        };
        shapes.add_row({name_cell(column.name), std::to_string(column.count), moment(numbers.skew),
                        moment(numbers.kurtosis), std::to_string(numbers.iqr_outliers),
                        std::to_string(numbers.z_outliers)});
    }
    return shown == 0 ? "" : "\n" + figures.text() + "\n" + shapes.text();
}

std::string associations_text(const Understanding& understanding, Language language) {
    if (understanding.associations.empty()) return "";
    const bool is_auc = understanding.associations[0].measure == tables::ColumnAssociation::Measure::auc;
    const bool has_labels = !understanding.associations[0].label.empty();
    std::vector<Table::Column> titles{
        {fmt::format(fmt::runtime(in(language, "Tells {} on its own", "{}에 대한 단독 연관")),
                     fitted(printable(understanding.target->name), name_width)),
         Align::left},
        {is_auc ? "AUC" : "r"},
        {std::string(in(language, "95% interval", "95% 구간"))}};
    if (has_labels) titles.push_back({std::string(in(language, "of", "범주")), Align::left});
    Table table(titles);
    for (std::size_t i = 0; i < std::min(most_associations, understanding.associations.size()); ++i) {
        const auto& one = understanding.associations[i];
        const auto& interval = one.association.interval;
        std::vector<std::string> cells{name_cell(one.column), fmt::format("{:.4f}", one.association.value),
                                       interval ? fmt::format("{:.4f} – {:.4f}", interval->low, interval->high) : "–"};
        if (has_labels) cells.push_back(fitted(printable(one.label), name_width));
        table.add_row(cells);
    }
    return "\n" + table.text();
}

std::string audit_text(const Understanding& understanding, Language language) {
    std::string text = heading(in(language, "Audit", "점검"));
    if (understanding.findings.empty())
        return text + std::string(in(language, "Nothing was found.\n", "발견된 것이 없습니다.\n"));
    std::size_t of_kind = 0;
    for (std::size_t i = 0; i < understanding.findings.size(); ++i) {
        const auto& finding = understanding.findings[i];
        of_kind = i > 0 && understanding.findings[i - 1].kind == finding.kind ? of_kind + 1 : 0;
        if (of_kind == most_of_a_kind) {
            const auto rest = std::ranges::count(understanding.findings, finding.kind, &tables::Finding::kind) -
                              static_cast<std::ptrdiff_t>(most_of_a_kind);
            text += fmt::format(fmt::runtime(in(language, "- … and {} more like it\n", "- … 그리고 {}개 더\n")), rest);
        }
        if (of_kind >= most_of_a_kind) continue;
        text +=
            wrapped(fmt::format("- {}: {}", finding_title(finding.kind, language), finding_text(finding, language)), 2);
    }
    return text;
}

}  // namespace

std::string understanding_text(const Understanding& understanding, Language language) {
    const auto& description = understanding.description;
    std::string text = wrapped(
        fmt::format(fmt::runtime(in(language, "{}: {} rows, {} columns, {} in memory", "{}: {}행, {}열, 메모리 {}")),
                    title_of(understanding, language), report::grouped(description.rows), description.columns.size(),
                    size_text(description.bytes)),
        2);
    const auto line = [&](std::string_view title, const std::string& content) {
        text += wrapped(fmt::format("{}: {}", title, content), 2);
    };
    if (!understanding.goal.empty()) line(in(language, "Goal", "목적"), printable(understanding.goal));
    line(in(language, "Target", "목표"), target_text(understanding, language));
    line(in(language, "Candidates", "후보 변수"), candidates_text(understanding, language));
    for (const auto& note : description.notes) line(in(language, "Note", "알림"), note);
    text += "\n" + columns_text(understanding, language) + numbers_text(understanding, language) +
            associations_text(understanding, language) + audit_text(understanding, language);
    return text;
}

}  // namespace cellwise::customers
