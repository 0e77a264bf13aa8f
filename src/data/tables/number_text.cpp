#include "data/tables/number_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <system_error>
#include <vector>

#include "core/ascii.h"

namespace cellwise::tables {
namespace {

constexpr std::uint64_t most_exact = std::uint64_t{1} << 53;

bool is_blank(char letter) { return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n'; }

// Powers of ten that a double holds exactly: with a mantissa below 2^53 one division rounds correctly (Clinger, "How
// to read floating point numbers accurately", 1990).
constexpr std::array<double, 23> powers_of_ten = [] {
    std::array<double, 23> powers{};
    double power = 1;
    for (auto& value : powers) {
        value = power;
        power *= 10;
    }
    return powers;
}();

std::optional<double> by_library(std::string_view digits) {
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (end != digits.data() + digits.size()) return std::nullopt;
    if (error == std::errc::result_out_of_range) {
        value = std::strtod(std::string(digits).c_str(), nullptr);  // 0 or below the normal range is a number
    } else if (error != std::errc()) {
        return std::nullopt;
    }
    if (!std::isfinite(value)) return std::nullopt;
    return value;
}

struct Scanned {
    std::uint64_t mantissa = 0;
    int digits = 0, fraction = 0;  ///< digits in all, and behind the point
    bool leading_zero = false, has_point = false, has_more = false;
    const char* end = nullptr;
};

Scanned scan_digits(const char* at, const char* end) {
    Scanned scanned;
    const char* const first = at;
    while (at < end && is_digit(*at)) {
        if (scanned.digits < 19) scanned.mantissa = scanned.mantissa * 10 + static_cast<std::uint64_t>(*at - '0');
        ++scanned.digits;
        ++at;
    }
    scanned.leading_zero = scanned.digits > 1 && *first == '0';
    if (at < end && *at == '.') {
        scanned.has_point = true;
        ++at;
        while (at < end && is_digit(*at)) {
            if (scanned.digits < 19) scanned.mantissa = scanned.mantissa * 10 + static_cast<std::uint64_t>(*at - '0');
            ++scanned.digits;
            ++scanned.fraction;
            ++at;
        }
    }
    scanned.has_more = at < end;
    scanned.end = at;
    return scanned;
}

}  // namespace

std::string_view without_blanks(std::string_view text) {
    while (!text.empty()) {
        if (is_blank(text.front())) {
            text.remove_prefix(1);
        } else if (text.starts_with(no_break_space)) {
            text.remove_prefix(2);
        } else {
            break;
        }
    }
    while (!text.empty()) {
        if (is_blank(text.back())) {
            text.remove_suffix(1);
        } else if (text.ends_with(no_break_space)) {
            text.remove_suffix(2);
        } else {
            break;
        }
    }
    return text;
}

std::optional<NumberText> read_number(std::string_view text) {
    const std::string_view bare = without_blanks(text);
    if (bare.empty()) return std::nullopt;
    std::string_view digits = bare;
    const bool is_negative = digits.front() == '-';
    const bool has_plus = digits.front() == '+';
    if (is_negative || has_plus) digits.remove_prefix(1);
    if (digits.empty() || !(is_digit(digits.front()) || digits.front() == '.')) return std::nullopt;
    const Scanned scanned = scan_digits(digits.data(), digits.data() + digits.size());
    if (scanned.digits == 0) return std::nullopt;
    NumberText number;
    number.is_padded = scanned.leading_zero;
    const bool is_integer = !scanned.has_point && !scanned.has_more;
    if (!scanned.has_more && scanned.digits <= 19 && scanned.mantissa <= most_exact && scanned.fraction <= 22) {
        number.value =
            static_cast<double>(scanned.mantissa) / powers_of_ten[static_cast<std::size_t>(scanned.fraction)];
    } else {
        const auto value = by_library(digits);
        if (!value) return std::nullopt;
        number.value = *value;
        number.is_large = is_integer && (scanned.digits > 19 || scanned.mantissa > most_exact);
    }
    if (is_negative) number.value = -number.value;
    number.is_whole = is_integer && !has_plus && !number.is_padded && bare.size() == text.size() &&
                      !(is_negative && number.value == 0);
    return number;
}

std::optional<std::int64_t> read_integer(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text == "-0") return std::nullopt;
    const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
    if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
    return value;
}

namespace {

/// Takes a piece off one end of the text; false if it is not there.
bool take_piece(std::string_view& text, std::string_view piece) {
    if (text.starts_with(piece)) {
        text.remove_prefix(piece.size());
    } else if (text.ends_with(piece)) {
        text.remove_suffix(piece.size());
    } else {
        return false;
    }
    text = without_blanks(text);
    return true;
}

/// The digits without the marks between groups: the first of one to three, the others of three. False if they do not
/// stand so.
bool take_groups(std::string_view whole, std::string_view mark, std::string& digits) {
    std::size_t group = 0;
    bool is_first = true;
    while (true) {
        const std::size_t end = std::min(whole.find(mark, group), whole.size());
        const std::string_view part = whole.substr(group, end - group);
        if (!std::ranges::all_of(part, is_digit)) return false;
        const bool is_alone = is_first && end == whole.size();
        if (!is_alone && (is_first ? part.empty() || part.size() > 3 : part.size() != 3)) return false;
        digits += part;
        if (end == whole.size()) return true;
        group = end + mark.size();
        is_first = false;
    }
}

}  // namespace

std::optional<double> read_number(std::string_view text, const NumberStyle& style) {
    text = without_blanks(text);
    bool is_negative = false;
    if (style.parentheses && text.size() > 2 && text.front() == '(' && text.back() == ')') {
        is_negative = true;
        text = without_blanks(text.substr(1, text.size() - 2));
        if (text.starts_with('-') || text.starts_with('+')) return std::nullopt;
    }
    if (style.percent && !take_piece(text, "%")) return std::nullopt;
    const auto take_sign = [&] {
        if (text.starts_with('-') || text.starts_with('+')) {
            is_negative = is_negative != text.starts_with('-');
            text.remove_prefix(1);
            text = without_blanks(text);
            return true;
        }
        return false;
    };
    const bool is_signed = take_sign();
    if (!style.currency.empty() && !take_piece(text, style.currency)) return std::nullopt;
    if (!is_signed) take_sign();
    const std::size_t point = std::min(text.find(style.decimal), text.size());
    std::string digits;
    const std::string_view whole = text.substr(0, point);
    if (style.thousands.empty()) {
        if (style.decimal != '.' && whole.find('.') != std::string_view::npos) return std::nullopt;
        digits = whole;
    } else if (!take_groups(whole, style.thousands, digits)) {
        return std::nullopt;
    }
    if (point < text.size()) {
        digits += '.';
        digits += text.substr(point + 1);
    }
    if (digits.empty() || !(is_digit(digits.front()) || digits.front() == '.')) return std::nullopt;
    const auto number = read_number(digits);
    if (!number || number->is_padded) return std::nullopt;
    return is_negative ? -number->value : number->value;
}

std::string NumberStyle::description() const {
    std::vector<std::string> parts;
    if (!thousands.empty()) {
        parts.push_back(thousands == ","   ? "commas between thousands"
                        : thousands == "." ? "points between thousands"
                                           : "blanks or marks between thousands");
    }
    if (decimal == ',') parts.emplace_back("a decimal comma");
    if (!currency.empty()) parts.push_back("the currency " + currency);
    if (percent) parts.emplace_back("a percent sign, taken off");
    if (parentheses) parts.emplace_back("parentheses for a minus");
    std::string text;
    for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
    return text;
}

}  // namespace cellwise::tables
