#include "trees/parameter_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.h"

namespace cellwise::trees {
namespace {

template <class T>
bool parse(const std::string& text, T& value) {
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && stop == end;
}

}  // namespace

std::size_t whole_number(const std::string& name, const std::string& text) {
    std::size_t value = 0;
    if (!parse(text, value)) throw UsageError(fmt::format("{} must be a whole number, not '{}'", name, text));
    return value;
}

double number(const std::string& name, const std::string& text) {
    double value = 0;
    if (!parse(text, value) || !std::isfinite(value)) {
        throw UsageError(fmt::format("{} must be a number, not '{}'", name, text));
    }
    return value;
}

std::string plain_reason(const std::string& text) {
    auto line = text.substr(0, text.find('\n'));
    if (line.starts_with("[")) line = line.substr(std::min(line.find("] ") + 2, line.size()));
    if (line.starts_with("/")) line = line.substr(std::min(line.find(": ") + 2, line.size()));
    return line;
}

}  // namespace cellwise::trees
