#include "settings/setting_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "core/error.h"

namespace cellwise::settings {
namespace {

template <class Number>
Number number(std::string_view text, std::string_view where, std::string_view wanted) {
    Number value{};
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code == std::errc::result_out_of_range) {
        throw UsageError(fmt::format("{}: '{}' is out of range", where, text));
    }
    if (code != std::errc() || end != text.data() + text.size()) {
        throw UsageError(fmt::format("{}: '{}' is not {}", where, text, wanted));
    }
    return value;
}

}  // namespace

std::int64_t integer(std::string_view text, std::string_view where) {
    return number<std::int64_t>(text, where, "a whole number");
}

std::uint64_t natural(std::string_view text, std::string_view where) {
    return number<std::uint64_t>(text, where, "a whole number of at least 0");
}

double real(std::string_view text, std::string_view where) {
    const auto value = number<double>(text, where, "a number");
    if (!std::isfinite(value)) throw UsageError(fmt::format("{}: '{}' is not a finite number", where, text));
    return value;
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts;
    while (true) {
        const auto comma = text.find(',');
        auto part = text.substr(0, comma);
        while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
        while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
        parts.emplace_back(part);
        if (comma == std::string_view::npos) return parts;
        text.remove_prefix(comma + 1);
    }
}

void parse(std::string_view text, std::string_view, std::string& value) { value = text; }

void parse(std::string_view text, std::string_view, std::optional<std::string>& value) {
    if (text.empty()) {
        value.reset();
    } else {
        value = text;
    }
}

void parse(std::string_view text, std::string_view where, std::optional<double>& value) {
    value = text.empty() ? std::nullopt : std::optional(real(text, where));
}
void parse(std::string_view text, std::string_view where, bool& value) {
    if (text != "true" && text != "false") {
        throw UsageError(fmt::format("{}: '{}' is neither true nor false", where, text));
    }
    value = text == "true";
}

void parse(std::string_view text, std::string_view where, std::int64_t& value) { value = integer(text, where); }
void parse(std::string_view text, std::string_view where, std::uint64_t& value) { value = natural(text, where); }
void parse(std::string_view text, std::string_view where, double& value) { value = real(text, where); }

std::string format(const std::string& value) { return value; }
std::string format(const std::optional<std::string>& value) { return value.value_or(""); }
std::string format(const std::optional<double>& value) { return value ? format(*value) : ""; }
std::string format(bool value) { return value ? "true" : "false"; }
std::string format(std::int64_t value) { return fmt::format("{}", value); }
std::string format(std::uint64_t value) { return fmt::format("{}", value); }
std::string format(double value) { return fmt::format("{}", value); }

}  // namespace cellwise::settings
