#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/table.h"

namespace cellwise::tables {

/// What an expression gives: a number, a truth value (0 and 1), a day, or a text.
enum class ValueType { number, truth, date, text };

/// A part of an expression, in the order of evaluation.
struct ExpressionNode {
    enum class Does {
        number,
        text,
        column,
        negate,
        call,
        add,
        subtract,
        multiply,
        divide,
        less,
        less_equal,
        greater,
        greater_equal,
        equal,
        not_equal
    };
    Does does = Does::number;
    double number = 0;
    std::string name;  ///< the text, the column or the function
    std::vector<ExpressionNode> parts;
    std::size_t position = 0;  ///< in the expression, in bytes from 0
};

/// A column computed of others:
///
///   comparison := sum [(< | <= | > | >= | == | !=) sum]
///   sum        := product {(+ | - | −) product}
///   product    := factor {(* | × | / | ÷) factor}
///   factor     := (- | −) factor | number | 'text' | column | `column` | function(sum, …) | (comparison)
///
/// Functions: log, exp, sqrt, abs, min, max; year, month, day, weekday (0 is Monday) of a date. Dates may be
/// compared with a text '2024-01-31', subtracted (days), and shifted by days. A missing operand gives a missing value.
class Expression {
public:
    /// Throws UsageError with the position of what is wrong.
    explicit Expression(std::string text);
    /// Parses up to `stop` outside brackets (a comma), whose place it returns in `end`.
    Expression(std::string text, char stop, std::size_t& end);

    /// Values, [rows]; NaN where missing. `undefined` counts those that have no value although nothing was missing: a
    /// division by 0, the logarithm of 0. Throws UsageError with the position: no such column, a type that does not
    /// fit.
    struct Result {
        ValueType type = ValueType::number;
        std::vector<double> values;
        std::int64_t undefined = 0;
    };
    [[nodiscard]] Result evaluate(const Table& table) const;

    /// The columns that it reads.
    [[nodiscard]] std::vector<std::string> columns() const;
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
    ExpressionNode root_;
};

/// "--feature 'a / ' at character 5: …" as a UsageError.
[[noreturn]] void refuse_expression(std::string_view text, std::size_t position, std::string_view why);

/// The name in front of the first equals sign, and what follows: NAME = EXPRESSION. Throws UsageError.
struct Definition {
    std::string name;
    std::string expression;
};
[[nodiscard]] Definition parse_definition(std::string_view text, std::string_view flag);

}  // namespace cellwise::tables
