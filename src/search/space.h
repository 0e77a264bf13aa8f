#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cellwise::search {

/// Settings by name, as text, in the order of the space; what is not active is absent.
using Values = std::vector<std::pair<std::string, std::string>>;

/// One value a parameter, in the order of the space: the number itself of a real or whole parameter, the place in
/// `choices` of a choice, NaN where the parameter is not active.
using Point = std::vector<double>;

[[nodiscard]] bool is_active(double value);

/// When a parameter is searched: its parent has one of these values.
struct Condition {
    std::size_t parent = 0;
    std::vector<std::string> values;
    bool operator==(const Condition&) const = default;
};

struct Parameter {
    enum class Kind { real, whole, choice };

    std::string name;
    Kind kind = Kind::choice;
    double low = 0, high = 0;          ///< of a real or whole parameter, both included
    bool logarithmic = false;          ///< drawn evenly in its logarithm
    std::vector<std::string> choices;  ///< of a choice
    bool ordered = false;              ///< the choices are numbers that ascend
    std::optional<Condition> condition;

    bool operator==(const Parameter&) const = default;

    /// Whether neighbours resemble each other: all but a choice among names.
    [[nodiscard]] bool is_numeric() const { return kind != Kind::choice || ordered; }
    /// How many values it can take; nothing for a real one.
    [[nodiscard]] std::optional<std::size_t> levels() const;

    /// A value's place in [0, 1], even in what the range is even in. Each of n levels has a stretch of its own, and
    /// stands in its middle.
    [[nodiscard]] double to_unit(double value) const;
    /// The value whose stretch holds this place; places outside [0, 1] count as its ends.
    [[nodiscard]] double from_unit(double unit) const;
    /// How much of [0, 1] belongs to a value; 0 of a real one.
    [[nodiscard]] double unit_width(double value) const;

    /// The value as a setting takes it: the shortest text that reads back as the same number.
    [[nodiscard]] std::string text(double value) const;
    /// Throws DataError, which begins with the name, if the text is no value of this parameter.
    [[nodiscard]] double value(std::string_view text) const;
};

/// What is searched. A parent stands before those that depend on it.
class Space {
public:
    /// Reads parameters as they stand behind --search (space_text.cpp has the grammar):
    ///     NAME=a,b,c | NAME=lo..hi | NAME=log:lo..hi | NAME=int:lo..hi | NAME=log:int:lo..hi
    /// each followed by ` if PARENT=a,b` where it is searched only with these values of another.
    /// `where` begins every message. Throws UsageError: no parameter, a name twice, a range upside down, the logarithm
    /// of what is not above 0, a value twice, a parent that does not stand before.
    [[nodiscard]] static Space parse(std::span<const std::string> texts, std::string_view where = "--search");
    /// The texts in a TOML file's list `search`. Throws DataError if it is no TOML, UsageError as parse does.
    [[nodiscard]] static Space read_toml(const std::string& path);

    [[nodiscard]] const std::vector<Parameter>& parameters() const { return parameters_; }
    [[nodiscard]] std::size_t size() const { return parameters_.size(); }
    [[nodiscard]] const Parameter& operator[](std::size_t index) const { return parameters_[index]; }
    bool operator==(const Space&) const = default;

    /// Whether a parameter is searched, by the values of those before it.
    [[nodiscard]] bool active(std::size_t index, const Point& point) const;

    [[nodiscard]] Values values(const Point& point) const;
    /// Throws DataError if these are not values of this space: a name too many or too few, or a value outside.
    [[nodiscard]] Point point(const Values& values) const;

    /// One text a parameter, which parse() reads back as the same.
    [[nodiscard]] std::vector<std::string> texts() const;

    /// Whether every parameter can take finitely many values alone.
    [[nodiscard]] bool is_finite() const;

private:
    std::vector<Parameter> parameters_;
};

/// How the second space differs from the first, a line a parameter: "learning-rate was log:0.001..0.1, is 0..1".
[[nodiscard]] std::vector<std::string> differences(const Space& former, const Space& now);

}  // namespace cellwise::search
