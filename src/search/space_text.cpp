// The text of a space:
//     parameter = NAME "=" domain [ " if " PARENT "=" value { "," value } ]
//     domain    = value "," value { "," value } | { "log:" | "int:" } number ".." number
#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "core/atomic_file.h"
#include "core/edit_distance.h"
#include "core/error.h"
#include "core/utf8.h"
#include "search/space.h"

namespace cellwise::search {
namespace {

using Kind = Parameter::Kind;

constexpr std::size_t most_parameters = 100, most_choices = 1000;
constexpr double largest_whole = 1e15;  // every whole number up to here is a double, and is written with all its digits
constexpr std::uintmax_t largest_space_file = 1 << 20;

[[noreturn]] void refuse(std::string_view where, std::string_view text, std::string_view why) {
    throw UsageError(fmt::format("{} '{}': {}", where, printable(text), why));
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

std::optional<double> number_of(std::string_view text) {
    double number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
    return number + 0.0;  // −0 is 0
}

std::vector<std::string> items_of(std::string_view text) {
    std::vector<std::string> items;
    while (true) {
        const auto comma = text.find(',');
        items.emplace_back(trimmed(text.substr(0, comma)));
        if (comma == std::string_view::npos) return items;
        text.remove_prefix(comma + 1);
    }
}

/// Numbers get their shortest text, so that 0.10 and 1e-1 are one value.
std::vector<std::string> canonical(std::vector<std::string> items) {
    const auto is_plain = [](const std::string& item) {
        const auto number = number_of(item);
        return number && std::abs(*number) <= largest_whole;
    };
    if (!std::all_of(items.begin(), items.end(), is_plain)) return items;
    for (auto& item : items) item = fmt::format("{}", *number_of(item));
    return items;
}

/// What is read of one parameter before the others are known.
struct Line {
    Parameter parameter;
    std::string parent;
    std::vector<std::string> parent_values;
};

class Reader {
public:
    Reader(std::string_view text, std::string_view where) : text_(text), where_(where) {}

    Line read() const {
        if (first_invalid_utf8(text_)) refuse(where_, text_, "it is not UTF-8");
        const bool has_control = std::any_of(text_.begin(), text_.end(),
                                             [](char letter) { return static_cast<unsigned char>(letter) < 0x20; });
        if (has_control) refuse(where_, text_, "it has a control character");
        Line line;
        const auto condition = text_.find(" if ");
        auto [name, domain] = halves(text_.substr(0, condition), "NAME=a,b,c or NAME=low..high");
        line.parameter.name = name;
        read_domain(domain, line.parameter);
        if (condition != std::string_view::npos) {
            const auto [parent, values] = halves(text_.substr(condition + 4), "a condition: if PARENT=a,b");
            line.parent = parent;
            line.parent_values = items_of(values);
        }
        return line;
    }

private:
    std::pair<std::string_view, std::string_view> halves(std::string_view text, std::string_view wanted) const {
        const auto equals = text.find('=');
        const auto name = trimmed(text.substr(0, equals));
        const bool is_name = !name.empty() && std::all_of(name.begin(), name.end(), [](char letter) {
            return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                   (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' || letter == '.';
        });
        if (equals == std::string_view::npos || !is_name) refuse(where_, text_, fmt::format("give {}", wanted));
        return {name, trimmed(text.substr(equals + 1))};
    }

    void read_domain(std::string_view domain, Parameter& parameter) const {
        auto rest = domain;
        bool is_log = false, is_whole = false;
        while (true) {
            if (!is_log && take_prefix(rest, "log:")) {
                is_log = true;
            } else if (!is_whole && take_prefix(rest, "int:")) {
                is_whole = true;
            } else {
                break;
            }
        }
        const auto dots = rest.find("..");
        if (rest.find(',') == std::string_view::npos && dots != std::string_view::npos) {
            parameter.kind = is_whole ? Kind::whole : Kind::real;
            parameter.logarithmic = is_log;
            read_range(trimmed(rest.substr(0, dots)), trimmed(rest.substr(dots + 2)), parameter);
        } else if (is_log || is_whole) {
            refuse(where_, text_, "'log:' and 'int:' stand before a range, low..high");
        } else {
            read_choices(domain, parameter);
        }
    }

    void read_range(std::string_view low, std::string_view high, Parameter& parameter) const {
        const auto from = number_of(low), to = number_of(high);
        if (!from || !to) {
            refuse(where_, text_, fmt::format("'{}' is not a finite number", printable(from ? high : low)));
        }
        parameter.low = *from;
        parameter.high = *to;
        if (*from > *to) refuse(where_, text_, fmt::format("its range is upside down: {} is above {}", *from, *to));
        if (*from == *to) refuse(where_, text_, "its range has one value only: give that as a setting instead");
        if (!std::isfinite(*to - *from)) refuse(where_, text_, "its range is too wide for a double");
        if (parameter.logarithmic && *from <= 0) {
            refuse(where_, text_, fmt::format("a logarithmic range begins above 0, not at {}", *from));
        }
        if (parameter.kind != Kind::whole) return;
        if (*from != std::floor(*from) || *to != std::floor(*to)) {
            refuse(where_, text_, "a range of whole numbers has whole ends");
        }
        if (std::abs(*from) > largest_whole || std::abs(*to) > largest_whole) {
            refuse(where_, text_, fmt::format("whole numbers go up to {:g}", largest_whole));
        }
    }

    void read_choices(std::string_view domain, Parameter& parameter) const {
        auto& choices = parameter.choices;
        choices = canonical(items_of(domain));
        if (std::any_of(choices.begin(), choices.end(), [](const auto& choice) { return choice.empty(); })) {
            refuse(where_, text_, "a value is empty");
        }
        if (choices.size() == 1) {
            refuse(where_, text_, "it has one value only: give that as a setting, or more values to search");
        }
        if (choices.size() > most_choices)
            refuse(where_, text_, fmt::format("it has more than {} values", most_choices));
        std::set<std::string> seen;
        for (const auto& choice : choices) {
            if (!seen.insert(choice).second) refuse(where_, text_, fmt::format("'{}' stands twice", choice));
        }
        std::vector<double> numbers;
        for (const auto& choice : choices) {
            if (const auto number = number_of(choice)) numbers.push_back(*number);
        }
        parameter.ordered = numbers.size() == choices.size() && std::is_sorted(numbers.begin(), numbers.end());
    }

    std::string_view text_, where_;
};

Condition condition_of(const Line& line, const std::vector<Parameter>& before, std::string_view text,
                       std::string_view where) {
    const auto found =
        std::find_if(before.begin(), before.end(), [&](const auto& one) { return one.name == line.parent; });
    if (found == before.end()) {
        std::vector<std::string> names;
        for (const auto& one : before) names.push_back(one.name);
        refuse(where, text,
               fmt::format("it depends on '{}', which does not stand before it{}", line.parent,
                           did_you_mean(line.parent, names)));
    }
    if (found->kind == Kind::real) {
        refuse(where, text, fmt::format("'{}' is a range of reals: depend on choices or whole numbers", found->name));
    }
    Condition condition{static_cast<std::size_t>(found - before.begin()), {}};
    for (const auto& value : line.parent_values) {
        try {
            // A number is found however it is written: 0.10 stands for 0.1.
            const auto number = number_of(value);
            const bool by_number = found->is_numeric() && number;
            condition.values.push_back(found->text(found->value(by_number ? fmt::format("{}", *number) : value)));
        } catch (const DataError& error) {
            refuse(where, text, error.what());
        }
    }
    std::sort(condition.values.begin(), condition.values.end());
    if (std::adjacent_find(condition.values.begin(), condition.values.end()) != condition.values.end()) {
        refuse(where, text, "its condition names a value twice");
    }
    return condition;
}

std::string domain_text(const Parameter& parameter) {
    if (parameter.kind == Kind::choice) return fmt::format("{}", fmt::join(parameter.choices, ","));
    return fmt::format("{}{}{}..{}", parameter.logarithmic ? "log:" : "", parameter.kind == Kind::whole ? "int:" : "",
                       parameter.text(parameter.low), parameter.text(parameter.high));
}

std::string text_of(const Space& space, std::size_t index) {
    const auto& parameter = space[index];
    auto text = fmt::format("{}={}", parameter.name, domain_text(parameter));
    if (const auto& condition = parameter.condition) {
        text += fmt::format(" if {}={}", space[condition->parent].name, fmt::join(condition->values, ","));
    }
    return text;
}

}  // namespace

Space Space::parse(std::span<const std::string> texts, std::string_view where) {
    if (texts.empty()) throw UsageError(fmt::format("{}: the space is empty: name at least one setting", where));
    if (texts.size() > most_parameters) {
        throw UsageError(
            fmt::format("{}: a space has at most {} parameters, not {}", where, most_parameters, texts.size()));
    }
    Space space;
    for (const auto& text : texts) {
        auto line = Reader(text, where).read();
        for (const auto& other : space.parameters_) {
            if (other.name == line.parameter.name) refuse(where, text, "the same setting is searched twice");
        }
        if (!line.parent.empty()) line.parameter.condition = condition_of(line, space.parameters_, text, where);
        space.parameters_.push_back(std::move(line.parameter));
    }
    return space;
}

Space Space::read_toml(const std::string& path) {
    const auto bytes = read_file(path, largest_space_file);
    toml::table table;
    try {
        table = toml::parse(bytes, path);
    } catch (const toml::parse_error& error) {
        const auto& at = error.source().begin;
        throw DataError(
            fmt::format("'{}' is not TOML: line {}, column {}: {}", path, at.line, at.column, error.description()));
    }
    const auto where = fmt::format("'{}', search", path);
    const auto* list = table["search"].as_array();
    if (list == nullptr) {
        throw UsageError(fmt::format("{}: give a list of texts: search = [\"learning-rate=log:0.0001..0.01\"]", where));
    }
    std::vector<std::string> texts;
    for (const auto& item : *list) {
        if (!item.is_string()) {
            throw UsageError(fmt::format("{}, line {}: a text is expected", where, item.source().begin.line));
        }
        texts.push_back(item.as_string()->get());
    }
    return parse(texts, where);
}

std::vector<std::string> Space::texts() const {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < size(); ++i) texts.push_back(text_of(*this, i));
    return texts;
}

std::vector<std::string> differences(const Space& former, const Space& now) {
    const auto spec = [](const Space& space, const std::string& name) -> std::optional<std::string> {
        for (std::size_t i = 0; i < space.size(); ++i) {
            if (space[i].name == name) return text_of(space, i).substr(name.size() + 1);
        }
        return std::nullopt;
    };
    std::vector<std::string> lines;
    for (const auto& parameter : former.parameters()) {
        const auto was = spec(former, parameter.name), is = spec(now, parameter.name);
        if (!is) lines.push_back(fmt::format("{} was {}, is not searched now", parameter.name, *was));
        if (is && *is != *was) lines.push_back(fmt::format("{} was {}, is {}", parameter.name, *was, *is));
    }
    for (const auto& parameter : now.parameters()) {
        const auto is = spec(now, parameter.name);
        if (!spec(former, parameter.name))
            lines.push_back(fmt::format("{} was not searched, is {}", parameter.name, *is));
    }
    if (lines.empty() && !(former == now)) lines.emplace_back("the same settings in another order");
    return lines;
}

}  // namespace cellwise::search
