#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cellwise::tables {

/// Stands between groups of digits in some languages.
inline constexpr const char* no_break_space = "\xC2\xA0";

/// A number as programs write it, and whether the number tells all that the text does.
struct NumberText {
    double value = 0;
    bool is_whole = false;   ///< digits alone, a minus before them at most: the text is the number's one spelling
    bool is_padded = false;  ///< zeros before the digits (007), which the number loses
    bool is_large = false;   ///< a whole number of more than 2^53, which a double may not hold exactly
};

/// Reads a sign, digits, a point, an exponent, with blanks around them. Nothing for other texts, for infinity, NaN and
/// hexadecimal digits, and beyond a double's range. Correctly rounded.
[[nodiscard]] std::optional<NumberText> read_number(std::string_view text);

/// The text as a whole number of 64 bits; nothing if it is none or has another spelling than the number's.
[[nodiscard]] std::optional<std::int64_t> read_integer(std::string_view text);

/// How the cells of a column write numbers for people.
struct NumberStyle {
    char decimal = '.';
    std::string thousands;     ///< "," "." "'" " " or a no-break space between groups of three digits; empty: none
    std::string currency;      ///< before or after each number, "$" "€" "KRW"; empty: none
    bool percent = false;      ///< a % behind each number, which is read as it stands: 12% is 12
    bool parentheses = false;  ///< (5) is −5

    /// What is unlike a program's number: "a decimal comma, the currency €".
    [[nodiscard]] std::string description() const;
};

/// The number that the text holds in that style. Of a column every cell must have the currency and the percent sign;
/// the groups and parentheses may be absent where a number needs none.
[[nodiscard]] std::optional<double> read_number(std::string_view text, const NumberStyle& style);

/// The text without blanks around it: space, tab, line ends, no-break space.
[[nodiscard]] std::string_view without_blanks(std::string_view text);

}  // namespace cellwise::tables
