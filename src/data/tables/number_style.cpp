#include <algorithm>
#include <array>
#include <utility>

#include "data/tables/text_kind.h"

namespace cellwise::tables {
namespace {

constexpr std::array<std::string_view, 15> currencies{"US$", "$",   "€",   "£",   "¥",   "₩",   "￦", "원",
                                                      "USD", "EUR", "GBP", "JPY", "KRW", "CHF", "kr"};
constexpr const char* narrow_no_break_space = "\xE2\x80\xAF";

bool fits(const std::vector<WholeColumn::Level>& levels, const NumberStyle& style) {
    return std::ranges::all_of(levels, [&](const auto& level) { return read_number(level.text, style).has_value(); });
}

}  // namespace

std::optional<NumberStyle> agreed_style(const std::vector<WholeColumn::Level>& levels, char delimiter) {
    NumberStyle style;
    const std::string_view example = levels.front().text;
    style.percent = example.find('%') != std::string_view::npos;
    for (const auto currency : currencies) {
        if (style.currency.empty() && example.find(currency) != std::string_view::npos) style.currency = currency;
    }
    style.parentheses =
        std::ranges::any_of(levels, [](const auto& level) { return level.text.find('(') != std::string_view::npos; });
    std::vector<std::pair<char, const char*>> marks{
        {'.', ""}, {'.', ","}, {'.', " "}, {'.', "'"}, {'.', no_break_space}, {'.', narrow_no_break_space},
        {',', ""}, {',', "."}, {',', " "}, {',', "'"}, {',', no_break_space}, {',', narrow_no_break_space}};
    if (delimiter == ';') {
        std::stable_partition(marks.begin(), marks.end(), [](const auto& mark) { return mark.first == ','; });
    }
    for (const auto& [decimal, thousands] : marks) {
        style.decimal = decimal;
        style.thousands = thousands;
        if (fits(levels, style)) return style;
    }
    return std::nullopt;
}

}  // namespace cellwise::tables
