#include "tasks/customers/texts.h"
#include "core/display_width.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "core/utf8.h"
#include "data/tables/date_text.h"
#include "report/text/summary_text.h"
#include "report/text/table.h"

namespace cellwise::customers {
namespace {

constexpr std::size_t most_columns = 80;

/// The bytes of the code point that begins there.
std::size_t code_point_size(std::string_view text, std::size_t at) {
    std::size_t size = 1;
    while (at + size < text.size() && (static_cast<unsigned char>(text[at + size]) & 0xC0) == 0x80) ++size;
    return size;
}

}  // namespace

std::string date_of(double days) {
    const auto date = tables::civil_date(static_cast<long>(std::floor(days)));
    return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string short_number(double value) {
    if (value == 0) return "0";
    const double size = std::abs(value);
    if (size >= 1e7 || size < 1e-4) return fmt::format("{:.2e}", value);
    if (value == std::round(value) && size < 1e5) return fmt::format("{:.0f}", value);
    if (size >= 1e4) return fmt::format("{:.0f}", value);
    return fmt::format("{:.4g}", value);
}

std::string percent(double share) { return fmt::format("{:.1f}%", 100 * share); }

std::string size_text(std::int64_t bytes) {
    const auto size = static_cast<double>(bytes);
    if (size < 1e6) return fmt::format("{:.1f} kB", size / 1e3);
    return size < 1e9 ? fmt::format("{:.1f} MB", size / 1e6) : fmt::format("{:.2f} GB", size / 1e9);
}

bool shows_numbers(const tables::ColumnDescription& column) {
    if (!column.numbers) return false;
    if (column.kind == tables::Kind::numeric) return true;
    return column.kind == tables::Kind::boolean && std::ranges::all_of(column.levels, [](const auto& level) {
               return level.level == "0" || level.level == "1";
           });
}

bool shows_histogram(const tables::ColumnDescription& column) {
    return column.numbers && column.numbers->histogram && column.unique > 10 && column.kind != tables::Kind::identifier;
}

std::string small_histogram(const statistics::Histogram& histogram, std::size_t width) {
    constexpr std::array<std::string_view, 8> bars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    std::vector<double> heights(width, 0);
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
        heights[i * width / histogram.counts.size()] += static_cast<double>(histogram.counts[i]);
    }
    const double tallest = std::ranges::max(heights);
    std::string text;
    for (const double height : heights) {
        if (height == 0) {
            text += ' ';
        } else {
            text += bars[std::min<std::size_t>(7, static_cast<std::size_t>(height / tallest * 8))];
        }
    }
    return text;
}

std::string fitted(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) return std::string(text);
    std::string cut;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t size = code_point_size(text, at);
        const std::string longer = cut + std::string(text.substr(at, size));
        if (display_width(longer) + 1 > width) break;
        cut = longer;
        at += size;
    }
    return cut + "…";
}

std::string wrapped(std::string_view text, std::size_t indent) {
    std::string result, line;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        const std::string_view word = text.substr(at, end - at);
        if (!line.empty() && display_width(line) + 1 + display_width(word) > most_columns) {
            result += line + "\n";
            line = std::string(indent, ' ') + std::string(word);
        } else {
            line += (at == 0 ? "" : " ") + std::string(word);
        }
        at = end + 1;
    }
    return result + line + "\n";
}

std::string title_of(const Understanding& understanding, Language language) {
    if (understanding.is_synthetic) {
        return std::string(in(language, "SYNTHETIC customers (made up)", "SYNTHETIC 고객 (지어낸 표)"));
    }
    return printable(std::filesystem::path(understanding.description.origin).filename().string());
}

std::string target_text(const Understanding& understanding, Language language) {
    if (!understanding.target) {
        return std::string(in(language, "No target: --target COLUMN names what is to be predicted.",
                              "목표 없음: 예측할 열을 --target으로 정하십시오."));
    }
    const auto& target = *understanding.target;
    const std::string name = printable(target.name);
    if (target.kind == tables::TargetKind::regression) {
        return fmt::format(
            fmt::runtime(in(language, "{} is predicted, a number (regression).", "{} 값을 예측합니다(회귀).")), name);
    }
    std::string classes;
    double largest = 0;
    constexpr std::size_t most_classes = 6;
    for (std::size_t i = 0; i < target.classes.size(); ++i) {
        const auto& one = target.classes[i];
        largest = std::max(largest, one.share);
        if (i < most_classes)
            classes += fmt::format("{}{} {}", i > 0 ? ", " : "", printable(one.label), percent(one.share));
    }
    if (target.classes.size() > most_classes) classes += ", …";
    return fmt::format(
        fmt::runtime(in(language,
                        "{0} is predicted, a class (classification): {1}. Positive is '{2}'. "
                        "Always saying the largest class is right in {3}.",
                        "{0} 범주를 예측합니다(분류): {1}. 양성은 '{2}'입니다. 가장 큰 범주만 답해도 {3}는 "
                        "맞습니다.")),
        name, classes, printable(target.positive), percent(largest));
}

std::string candidates_text(const Understanding& understanding, Language language) {
    std::size_t numbers = 0, categories = 0, dates = 0, others = 0;
    for (const auto& column : understanding.description.columns) {
        if (understanding.target && column.name == understanding.target->name) continue;
        if (shows_numbers(column)) {
            ++numbers;
        } else if (column.kind == tables::Kind::category || column.kind == tables::Kind::boolean) {
            ++categories;
        } else if (column.kind == tables::Kind::date) {
            ++dates;
        } else {
            ++others;
        }
    }
    return fmt::format(
        fmt::runtime(in(language, "{} numbers, {} categories, {} dates (identifiers and texts, left out: {}).",
                        "수치 {}개, 범주 {}개, 날짜 {}개(뺀 식별자와 글: {}개).")),
        numbers, categories, dates, others);
}

}  // namespace cellwise::customers
