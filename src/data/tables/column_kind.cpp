#include "data/tables/column_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "core/radix_sort.h"
#include "data/tables/text_kind.h"

namespace cellwise::tables {
namespace {

constexpr std::size_t fewest_rows_of_a_counter = 20;

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& letter : lower) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return lower;
}

/// The words of a name: parts between marks, and camelCase's.
std::vector<std::string> words_of_name(std::string_view name) {
    std::vector<std::string> words(1);
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto letter = static_cast<unsigned char>(name[i]);
        if (letter < 0x80 && !std::isalnum(letter)) {
            words.emplace_back();
            continue;
        }
        const bool begins_word = i > 0 && std::isupper(letter) && std::islower(static_cast<unsigned char>(name[i - 1]));
        if (begins_word) words.emplace_back();
        words.back() += static_cast<char>(std::tolower(letter));
    }
    return words;
}

/// Each number once, upwards, without the missing ones.
std::vector<double> distinct_numbers(const CompactValues<double>& numbers) {
    std::vector<double> distinct;
    numbers.visit([&](auto view) {
        if constexpr (sizeof view.stored[0] <= sizeof(std::int16_t)) {
            std::vector<bool> is_there(std::size_t{1} << 16U);
            for (std::size_t row = 0; row < view.size(); ++row) {
                if (!std::isnan(view[row])) is_there[static_cast<std::size_t>(view.stored[row] - INT16_MIN)] = true;
            }
            for (std::size_t i = 0; i < is_there.size(); ++i) {
                if (is_there[i]) distinct.push_back(static_cast<double>(i) + INT16_MIN);
            }
        } else {
            distinct = numbers.values();
            std::erase_if(distinct, [](double value) { return std::isnan(value); });
            sort_numbers(distinct);
            distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
        }
    });
    return distinct;
}

/// Whether each row has one more than the row before it.
bool counts_rows(const CompactValues<double>& numbers) {
    for (std::size_t i = 1; i < numbers.size(); ++i) {
        if (numbers[i] != numbers[i - 1] + 1) return false;
    }
    return numbers.size() > 1;
}

/// Codes and levels of whole numbers, whose texts are their digits.
void keep_as_levels(const CompactValues<double>& numbers, Column& column) {
    std::vector<std::pair<std::string, std::int64_t>> texts;
    const auto distinct = distinct_numbers(numbers);
    texts.reserve(distinct.size());
    std::array<char, 32> digits;
    for (std::size_t i = 0; i < distinct.size(); ++i) {
        const auto end = std::to_chars(digits.begin(), digits.end(), static_cast<std::int64_t>(distinct[i])).ptr;
        texts.emplace_back(std::string(digits.data(), end), static_cast<std::int64_t>(i));
    }
    std::ranges::sort(texts);
    std::vector<std::int32_t> code_of(distinct.size());
    column.levels.reserve(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
        code_of[static_cast<std::size_t>(texts[i].second)] = static_cast<std::int32_t>(i);
        column.levels.push_back(std::move(texts[i].first));
    }
    std::vector<std::int32_t> codes(numbers.size(), -1);
    numbers.visit([&](auto view) {
        for (std::size_t row = 0; row < view.size(); ++row) {
            const double value = view[row];
            if (std::isnan(value)) continue;
            const auto place = std::ranges::lower_bound(distinct, value) - distinct.begin();
            codes[row] = code_of[static_cast<std::size_t>(place)];
        }
    });
    column.codes = codes;
}

void decide_whole_numbers(const WholeColumn& whole, std::size_t present, Column& column) {
    const bool is_full = present == whole.numbers.size();
    if (is_full && (whole.is_nameless || present >= fewest_rows_of_a_counter) && counts_rows(whole.numbers)) {
        column.kind = Kind::identifier;
        column.reason = whole.is_nameless ? "no name, and it counts the rows" : "it counts the rows";
    } else if (names_identifier(whole.name)) {
        const std::size_t distinct = distinct_numbers(whole.numbers).size();
        column.kind = 2 * distinct > present ? Kind::identifier : Kind::category;
        column.reason =
            fmt::format("its name says that its numbers are names; {} of {} are distinct", distinct, present);
    } else {
        return;
    }
    keep_as_levels(whole.numbers, column);
}

Column decide_numbers(WholeColumn&& whole, std::optional<Kind> given) {
    Column column;
    column.name = whole.name;
    std::size_t present = 0, zeros = 0, ones = 0;
    whole.numbers.visit([&](auto numbers) {
        for (std::size_t row = 0; row < numbers.size(); ++row) {
            const double value = numbers[row];
            present += !std::isnan(value);
            zeros += value == 0;
            ones += value == 1;
        }
    });
    column.reason = given             ? "as asked for"
                    : !present        ? "every cell is missing"
                    : whole.all_whole ? "whole numbers"
                                      : "numbers";
    if (!given && present > 0 && whole.all_whole) {
        if (zeros > 0 && ones > 0 && zeros + ones == present) {
            column.kind = Kind::boolean;
            column.reason = "0 and 1 alone";
            keep_as_levels(whole.numbers, column);
        } else {
            decide_whole_numbers(whole, present, column);
        }
    }
    if (column.kind != Kind::category) column.numbers = std::move(whole.numbers);
    return column;
}

}  // namespace

bool names_identifier(std::string_view name) {
    constexpr std::array<std::string_view, 6> marks{"id", "uuid", "guid", "key", "번호", "아이디"};
    return std::ranges::any_of(words_of_name(name),
                               [&](const std::string& word) { return std::ranges::find(marks, word) != marks.end(); });
}

bool looks_missing(std::string_view text) {
    constexpr std::array<std::string_view, 16> spellings{"na",   "n/a", "#n/a",    "#na",    "nan", "null",
                                                         "none", "nil", "-",       "--",     ".",   "?",
                                                         "??",   "\\n", "missing", "unknown"};
    const std::string lower = lower_case(text);
    return std::ranges::find(spellings, lower) != spellings.end();
}

Column decide_kind(WholeColumn&& whole, std::optional<Kind> given, const CellSource& source) {
    if (!whole.has_texts) return decide_numbers(std::move(whole), given);
    if (whole.levels.empty() && !given) {
        whole.numbers = std::vector<double>(whole.codes.size(), std::numeric_limits<double>::quiet_NaN());
        return decide_numbers(std::move(whole), given);
    }
    return decide_texts(std::move(whole), given, source);
}

}  // namespace cellwise::tables
