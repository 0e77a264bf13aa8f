#include "data/tables/expression.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/utf8.h"
#include "data/tables/columns.h"

namespace cellwise::tables {
namespace {

using Node = ExpressionNode;
using Does = ExpressionNode::Does;

/// What a part gives. A text is a constant, or a column with its levels.
struct Value {
    ValueType type = ValueType::number;
    std::vector<double> numbers;
    const Column* levels = nullptr;
    std::string text;
};

/// Days since 1970-01-01 of YYYY-MM-DD.
std::optional<double> day_of(std::string_view text) {
    int parts[3] = {0, 0, 0};
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == 4 || i == 7) continue;
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        int& part = parts[i < 4 ? 0 : i < 7 ? 1 : 2];
        part = part * 10 + (text[i] - '0');
    }
    const std::chrono::year_month_day date{std::chrono::year(parts[0]),
                                           std::chrono::month(static_cast<unsigned>(parts[1])),
                                           std::chrono::day(static_cast<unsigned>(parts[2]))};
    if (!date.ok()) return std::nullopt;
    return static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count());
}

double part_of_date(std::string_view part, double days) {
    const std::chrono::sys_days day{std::chrono::days(static_cast<std::int64_t>(std::floor(days)))};
    const std::chrono::year_month_day date(day);
    if (part == "year") return static_cast<int>(date.year());
    if (part == "month") return static_cast<unsigned>(date.month());
    if (part == "day") return static_cast<unsigned>(date.day());
    return std::chrono::weekday(day).iso_encoding() - 1.0;
}

template <class T>
bool compare(Does does, const T& a, const T& b) {
    switch (does) {
        case Does::less:
            return a < b;
        case Does::less_equal:
            return a <= b;
        case Does::greater:
            return a > b;
        case Does::greater_equal:
            return a >= b;
        case Does::equal:
            return a == b;
        default:
            return a != b;
    }
}

double calculate(Does does, double a, double b) {
    switch (does) {
        case Does::add:
            return a + b;
        case Does::subtract:
            return a - b;
        case Does::multiply:
            return a * b;
        default:
            return a / b;
    }
}

class Evaluator {
public:
    Evaluator(const Table& table, const std::string& text)
        : table_(table), text_(text), rows_(static_cast<std::size_t>(table.rows)) {}

    Value value(const Node& node) {
        switch (node.does) {
            case Does::number:
                return {.type = ValueType::number, .numbers = std::vector<double>(rows_, node.number), .text = {}};
            case Does::text:
                return {.type = ValueType::text, .numbers = {}, .text = node.name};
            case Does::column:
                return column(node);
            case Does::call:
                return call(node);
            case Does::negate:
                return negated(node);
            case Does::add:
            case Does::subtract:
            case Does::multiply:
            case Does::divide:
                return arithmetic(node);
            default:
                return comparison(node);
        }
    }

    std::int64_t undefined = 0;

private:
    [[noreturn]] void fail(const Node& node, std::string_view why) const {
        refuse_expression(text_, node.position, why);
    }

    Value column(const Node& node) {
        const auto* found = column_of(table_, node.name);
        if (!found) {
            try {
                (void)require_column(table_, node.name, "an expression");
            } catch (const UsageError& error) {
                fail(node, error.what());
            }
        }
        if (is_number(*found)) return {.type = ValueType::number, .numbers = numbers_of(*found), .text = {}};
        if (found->kind == Kind::date) return {.type = ValueType::date, .numbers = found->numbers.values(), .text = {}};
        return {.type = ValueType::text, .numbers = {}, .levels = found, .text = {}};
    }

    Value number(const Node& node) {
        auto result = value(node);
        if (result.type == ValueType::truth) result.type = ValueType::number;
        if (result.type != ValueType::number)
            fail(node, result.type == ValueType::date ? "a number is expected, this is a date"
                                                      : "a number is expected, this is a text");
        return result;
    }

    /// The new number, and whether it is one although the old ones were there.
    double checked(double result, bool known) {
        if (!known) return absent;
        if (std::isfinite(result)) return result;
        ++undefined;
        return absent;
    }

    Value negated(const Node& node) {
        auto result = number(node.parts[0]);
        for (double& x : result.numbers) x = -x;
        return result;
    }

    Value arithmetic(const Node& node) {
        auto left = value(node.parts[0]);
        const auto right = value(node.parts[1]);
        const auto is_plain = [](const Value& v) { return v.type == ValueType::number || v.type == ValueType::truth; };
        const bool dates = left.type == ValueType::date && right.type == ValueType::date && node.does == Does::subtract;
        const bool shift =
            left.type == ValueType::date && is_plain(right) && (node.does == Does::add || node.does == Does::subtract);
        if (!dates && !shift && !is_plain(left)) fail(node.parts[0], "a number is expected here");
        if (!dates && !is_plain(right)) fail(node.parts[1], "a number is expected here");
        for (std::size_t i = 0; i < rows_; ++i) {
            const bool known = !std::isnan(left.numbers[i]) && !std::isnan(right.numbers[i]);
            left.numbers[i] = checked(calculate(node.does, left.numbers[i], right.numbers[i]), known);
        }
        left.type = shift ? ValueType::date : ValueType::number;
        return left;
    }

    Value comparison(const Node& node) {
        auto left = value(node.parts[0]);
        auto right = value(node.parts[1]);
        as_date_beside(left, right, node.parts[0]);
        as_date_beside(right, left, node.parts[1]);
        const bool texts = left.type == ValueType::text;
        if (texts != (right.type == ValueType::text)) fail(node, "a text is compared with a number");
        if (!texts && (left.type == ValueType::date) != (right.type == ValueType::date))
            fail(node, "a date is compared with a number");
        Value result{.type = ValueType::truth, .numbers = std::vector<double>(rows_), .text = {}};
        for (std::size_t i = 0; i < rows_; ++i)
            result.numbers[i] =
                texts ? compared_texts(node.does, left, right, i) : compared_numbers(node.does, left, right, i);
        return result;
    }

    void as_date_beside(Value& text, const Value& other, const Node& node) const {
        if (other.type != ValueType::date || text.type != ValueType::text || text.levels) return;
        const auto day = day_of(text.text);
        if (!day) fail(node, "a date is expected, as '2024-01-31'");
        text = {.type = ValueType::date, .numbers = std::vector<double>(rows_, *day), .text = {}};
    }

    static double compared_numbers(Does does, const Value& left, const Value& right, std::size_t row) {
        const double a = left.numbers[row];
        const double b = right.numbers[row];
        return std::isnan(a) || std::isnan(b) ? absent : compare(does, a, b) ? 1 : 0;
    }

    static double compared_texts(Does does, const Value& left, const Value& right, std::size_t row) {
        const auto text = [&](const Value& v) -> const std::string* {
            if (!v.levels) return &v.text;
            const auto code = v.levels->codes[row];
            return code < 0 ? nullptr : &v.levels->levels[static_cast<std::size_t>(code)];
        };
        const auto* a = text(left);
        const auto* b = text(right);
        return !a || !b ? absent : compare(does, *a, *b) ? 1 : 0;
    }

    Value call(const Node& node) {
        const auto& name = node.name;
        if (name == "min" || name == "max") return extreme(node);
        const bool of_date = name == "year" || name == "month" || name == "day" || name == "weekday";
        const bool of_number = name == "log" || name == "exp" || name == "sqrt" || name == "abs";
        if (!of_date && !of_number)
            fail(node,
                 fmt::format("'{}' is no function; there are log, exp, sqrt, abs, min, max, year, month, day, weekday",
                             printable(name)));
        if (node.parts.size() != 1) fail(node, fmt::format("{} takes one argument", name));
        auto result = of_date ? value(node.parts[0]) : number(node.parts[0]);
        if (of_date && result.type != ValueType::date) fail(node.parts[0], "a date is expected here");
        for (double& x : result.numbers) {
            if (std::isnan(x)) continue;
            if (of_date)
                x = part_of_date(name, x);
            else
                x = checked(name == "log"    ? std::log(x)
                            : name == "exp"  ? std::exp(x)
                            : name == "sqrt" ? std::sqrt(x)
                                             : std::abs(x),
                            true);
        }
        result.type = ValueType::number;
        return result;
    }

    Value extreme(const Node& node) {
        if (node.parts.size() < 2) fail(node, fmt::format("{} takes two arguments or more", node.name));
        auto result = number(node.parts[0]);
        for (std::size_t p = 1; p < node.parts.size(); ++p) {
            const auto other = number(node.parts[p]);
            for (std::size_t i = 0; i < rows_; ++i) {
                double& x = result.numbers[i];
                const double y = other.numbers[i];
                if (std::isnan(x) || std::isnan(y))
                    x = absent;
                else if (node.name == "min" ? y < x : y > x)
                    x = y;
            }
        }
        return result;
    }

    const Table& table_;
    const std::string& text_;
    std::size_t rows_;
};

}  // namespace

Expression::Result Expression::evaluate(const Table& table) const {
    Evaluator evaluator(table, text_);
    auto value = evaluator.value(root_);
    return {value.type, std::move(value.numbers), evaluator.undefined};
}

}  // namespace cellwise::tables
