#include "report/text/vector_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

namespace cellwise::report {
namespace {

constexpr int precision = 8;

/// A printed number in three parts: "-12", "345", "e+10".
struct Printed {
    std::string whole, fraction, exponent;
};

Printed split(std::string_view text) {
    const auto e = std::min(text.find('e'), text.size());
    const auto point = std::min(text.find('.'), e);
    Printed printed{std::string(text.substr(0, point)), "", std::string(text.substr(e))};
    if (point < e) printed.fraction = text.substr(point + 1, e - point - 1);
    printed.fraction.erase(printed.fraction.find_last_not_of('0') + 1);
    return printed;
}

bool wants_scientific(const std::vector<double>& values) {
    double largest = 0, smallest = std::numeric_limits<double>::infinity();
    for (const double value : values) {
        if (value == 0 || !std::isfinite(value)) continue;
        largest = std::max(largest, std::abs(value));
        smallest = std::min(smallest, std::abs(value));
    }
    return largest > 0 && (largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1000);
}

std::string text_of(const std::vector<double>& values) {
    const bool scientific = wants_scientific(values);
    std::vector<Printed> numbers;
    std::size_t whole_width = 0, fraction_width = 0;
    for (const double value : values) {
        numbers.push_back(!std::isfinite(value) ? Printed{fmt::format("{}", value), "", ""}
                          : scientific          ? split(fmt::format("{:.{}e}", value, precision))
                                                : split(fmt::format("{:.{}f}", value, precision)));
        whole_width = std::max(whole_width, numbers.back().whole.size());
        fraction_width = std::max(fraction_width, numbers.back().fraction.size());
    }
    std::string text = "[";
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) text += ' ';
        const auto& number = numbers[i];
        if (!std::isfinite(values[i])) {
            text += fmt::format("{:>{}}", number.whole, whole_width + 1 + fraction_width);
        } else if (scientific) {
            text += fmt::format("{:>{}}.{:0<{}}{}", number.whole, whole_width, number.fraction, fraction_width,
                                number.exponent);
        } else {
            text += fmt::format("{:>{}}.{:<{}}", number.whole, whole_width, number.fraction, fraction_width);
        }
    }
    return text + "]";
}

}  // namespace

std::string vector_text(std::span<const double> values) { return text_of({values.begin(), values.end()}); }

std::string vector_text(std::span<const float> values) {
    // The shortest decimal number that reads back as the float, taken as a double: its digits are the
    // float's own, without the tail that its exact value has.
    std::vector<double> shortest;
    for (const float value : values) shortest.push_back(std::stod(fmt::format("{}", value)));
    return text_of(shortest);
}

}  // namespace cellwise::report
