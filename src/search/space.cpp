#include "search/space.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace cellwise::search {
namespace {

using Kind = Parameter::Kind;

/// The ends of [0, 1] on a parameter's own scale. A level reaches half a step to both sides.
struct Scale {
    double low, high;
};

Scale scale_of(const Parameter& parameter) {
    if (parameter.kind == Kind::choice) return {-0.5, static_cast<double>(parameter.choices.size()) - 0.5};
    const double margin = parameter.kind == Kind::whole ? 0.5 : 0;
    const Scale scale{parameter.low - margin, parameter.high + margin};
    return parameter.logarithmic ? Scale{std::log(scale.low), std::log(scale.high)} : scale;
}

double place(const Parameter& parameter, double value) {
    const auto [low, high] = scale_of(parameter);
    const double scaled = parameter.logarithmic ? std::log(value) : value;
    return std::clamp((scaled - low) / (high - low), 0.0, 1.0);
}

std::pair<double, double> stretch(const Parameter& parameter, double value) {
    return {place(parameter, value - 0.5), place(parameter, value + 0.5)};
}

}  // namespace

bool is_active(double value) { return !std::isnan(value); }

std::optional<std::size_t> Parameter::levels() const {
    if (kind == Kind::real) return std::nullopt;
    return kind == Kind::choice ? choices.size() : static_cast<std::size_t>(high - low) + 1;
}

double Parameter::to_unit(double value) const {
    if (kind == Kind::real) return place(*this, value);
    const auto [from, to] = stretch(*this, value);
    return (from + to) / 2;
}

double Parameter::from_unit(double unit) const {
    assert(!std::isnan(unit));
    const auto [from, to] = scale_of(*this);
    const double scaled = from + std::clamp(unit, 0.0, 1.0) * (to - from);
    const double value = logarithmic ? std::exp(scaled) : scaled;
    if (kind == Kind::real) return std::clamp(value, low, high);
    const double most = kind == Kind::choice ? static_cast<double>(choices.size()) - 1 : high;
    return std::clamp(std::floor(value + 0.5), kind == Kind::choice ? 0.0 : low, most) + 0.0;  // + 0.0: no "-0"
}

double Parameter::unit_width(double value) const {
    if (kind == Kind::real) return 0;
    const auto [from, to] = stretch(*this, value);
    return to - from;
}

std::string Parameter::text(double value) const {
    assert(is_active(value));
    if (kind == Kind::choice) return choices.at(static_cast<std::size_t>(value));
    if (kind == Kind::whole) return fmt::format("{:.0f}", value);
    return fmt::format("{}", value);
}

double Parameter::value(std::string_view text) const {
    if (kind == Kind::choice) {
        const auto found = std::find(choices.begin(), choices.end(), text);
        if (found == choices.end()) throw DataError(fmt::format("{}: '{}' is none of its choices", name, text));
        return static_cast<double>(found - choices.begin());
    }
    double number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool reads = code == std::errc() && end == text.data() + text.size();
    if (!reads || !(number >= low && number <= high) || (kind == Kind::whole && number != std::floor(number))) {
        throw DataError(fmt::format("{}: '{}' is not in its range, {} to {}", name, text, low, high));
    }
    return number;
}

bool Space::active(std::size_t index, const Point& point) const {
    const auto& condition = parameters_[index].condition;
    if (!condition) return true;
    assert(condition->parent < index);
    const double value = point[condition->parent];
    if (!is_active(value)) return false;
    const auto text = parameters_[condition->parent].text(value);
    return std::find(condition->values.begin(), condition->values.end(), text) != condition->values.end();
}

Values Space::values(const Point& point) const {
    assert(point.size() == size());
    Values values;
    for (std::size_t i = 0; i < size(); ++i) {
        if (is_active(point[i])) values.emplace_back(parameters_[i].name, parameters_[i].text(point[i]));
    }
    return values;
}

Point Space::point(const Values& values) const {
    Point point(size(), std::numeric_limits<double>::quiet_NaN());
    std::size_t used = 0;
    for (std::size_t i = 0; i < size(); ++i) {
        if (!active(i, point)) continue;
        const auto& name = parameters_[i].name;
        const auto found =
            std::find_if(values.begin(), values.end(), [&](const auto& one) { return one.first == name; });
        if (found == values.end()) throw DataError(fmt::format("{}: its value is missing", name));
        point[i] = parameters_[i].value(found->second);
        ++used;
    }
    for (const auto& [name, text] : values) {
        const bool known = std::any_of(parameters_.begin(), parameters_.end(),
                                       [&, &wanted = name](const Parameter& one) { return one.name == wanted; });
        if (!known) throw DataError(fmt::format("{}: it is no parameter of the space", name));
    }
    if (used != values.size()) throw DataError("there is a value of a parameter that is not active");
    return point;
}

bool Space::is_finite() const {
    return std::all_of(parameters_.begin(), parameters_.end(), [](const Parameter& one) { return one.levels(); });
}

}  // namespace cellwise::search
