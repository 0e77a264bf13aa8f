#include "cli/flags/number_list.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <system_error>

#include "core/error.h"

namespace cellwise::cli {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\n\r";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

double parse_number(std::string_view flag, std::string_view word, std::size_t position) {
    std::string_view digits = word;
    if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc::result_out_of_range) {
        throw UsageError(
            fmt::format("{}: number {} of the list, '{}', is beyond a float64's range", flag, position, word));
    }
    if (error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value)) {
        throw UsageError(fmt::format("{}: number {} of the list, '{}', is not a finite number", flag, position, word));
    }
    return value;
}

}  // namespace

std::vector<double> parse_number_list(std::string_view flag, std::string_view text, std::size_t most) {
    if (trimmed(text).empty())
        throw UsageError(fmt::format("{}: the list is empty; give numbers such as 0.2,0.5,0.1", flag));
    std::vector<double> values;
    while (true) {
        if (values.size() == most) throw UsageError(fmt::format("{}: more than {} numbers", flag, most));
        const auto comma = text.find(',');
        const auto word = trimmed(text.substr(0, comma));
        if (word.empty())
            throw UsageError(fmt::format("{}: number {} of the list is missing", flag, values.size() + 1));
        values.push_back(parse_number(flag, word, values.size() + 1));
        if (comma == std::string_view::npos) return values;
        text.remove_prefix(comma + 1);
    }
}

}  // namespace cellwise::cli
