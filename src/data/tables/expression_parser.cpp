#include <fmt/format.h>

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

#include "core/ascii.h"
#include "core/error.h"
#include "core/utf8.h"
#include "data/tables/expression.h"

namespace cellwise::tables {
namespace {

using Does = ExpressionNode::Does;
constexpr int most_depth = 100;
constexpr std::size_t longest_expression = 10000;  // bytes

bool is_name_start(char letter) {
    return std::isalpha(static_cast<unsigned char>(letter)) != 0 || letter == '_' ||
           static_cast<signed char>(letter) < 0;
}

struct Operator {
    std::string_view text;
    Does does;
};
// Longer ones first.
constexpr std::array<Operator, 6> comparisons{{{"<=", Does::less_equal},
                                               {">=", Does::greater_equal},
                                               {"==", Does::equal},
                                               {"!=", Does::not_equal},
                                               {"<", Does::less},
                                               {">", Does::greater}}};
constexpr std::array<Operator, 3> sums{{{"+", Does::add}, {"-", Does::subtract}, {"−", Does::subtract}}};
constexpr std::array<Operator, 4> products{
    {{"*", Does::multiply}, {"×", Does::multiply}, {"/", Does::divide}, {"÷", Does::divide}}};

class Parser {
public:
    Parser(std::string_view text, std::size_t end) : text_(text), end_(end) {}

    ExpressionNode comparison() {
        auto left = sum();
        if (const auto* found = take(comparisons)) {
            const auto position = found_at_;
            left = join(found->does, position, std::move(left), sum());
            if (take(comparisons)) fail(found_at_, "a comparison has two sides: put brackets around one");
        }
        return left;
    }

    std::size_t position() {
        skip_blanks();
        return at_;
    }
    [[nodiscard]] bool at_end() {
        skip_blanks();
        return at_ >= end_;
    }
    [[nodiscard]] bool at(char letter) { return !at_end() && text_[at_] == letter; }
    [[noreturn]] void fail(std::size_t position, std::string_view why) const {
        refuse_expression(text_, position, why);
    }

private:
    static ExpressionNode join(Does does, std::size_t position, ExpressionNode left, ExpressionNode right) {
        ExpressionNode node{.does = does, .number = 0, .name = {}, .parts = {}, .position = position};
        node.parts.push_back(std::move(left));
        node.parts.push_back(std::move(right));
        return node;
    }

    ExpressionNode sum() {
        auto left = product();
        int count = 0;
        while (const auto* found = take(sums)) {
            const auto position = found_at_;
            if (++count > most_depth) fail(position, "more than 100 terms");
            left = join(found->does, position, std::move(left), product());
        }
        return left;
    }

    ExpressionNode product() {
        auto left = factor();
        int count = 0;
        while (const auto* found = take(products)) {
            const auto position = found_at_;
            if (++count > most_depth) fail(position, "more than 100 factors");
            left = join(found->does, position, std::move(left), factor());
        }
        return left;
    }

    ExpressionNode factor() {
        skip_blanks();
        if (++depth_ > most_depth) fail(at_, "brackets or signs within each other, more than 100 deep");
        auto node = any_factor();
        --depth_;
        return node;
    }

    ExpressionNode any_factor() {
        const auto start = at_;
        if (at_end()) fail(at_, "a number, a column or a bracket is expected");
        if (take_text("-") || take_text("−")) {
            ExpressionNode node{.does = Does::negate, .number = 0, .name = {}, .parts = {}, .position = start};
            node.parts.push_back(factor());
            return node;
        }
        if (take_text("(")) {
            auto node = comparison();
            expect_close();
            return node;
        }
        const char letter = text_[at_];
        if (is_digit(letter) || letter == '.') return number();
        if (letter == '\'' || letter == '"' || letter == '`') return quoted(letter);
        if (is_name_start(letter) && !starts_with_sign()) return name();
        fail(at_, "a number, a column or a bracket is expected");
    }

    /// × and ÷ begin with bytes that a name may have.
    [[nodiscard]] bool starts_with_sign() const {
        const auto rest = text_.substr(at_, end_ - at_);
        return rest.starts_with("×") || rest.starts_with("÷") || rest.starts_with("−");
    }

    ExpressionNode number() {
        ExpressionNode node{.does = Does::number, .number = 0, .name = {}, .parts = {}, .position = at_};
        const char* begin = text_.data() + at_;
        const auto [end, error] = std::from_chars(begin, text_.data() + end_, node.number);
        if (error != std::errc() || !std::isfinite(node.number)) fail(at_, "this is not a number");
        at_ += static_cast<std::size_t>(end - begin);
        return node;
    }

    ExpressionNode quoted(char quote) {
        const auto start = at_++;
        const auto close = text_.substr(0, end_).find(quote, at_);
        if (close == std::string_view::npos) fail(start, "this quote has no end");
        ExpressionNode node{.does = quote == '`' ? Does::column : Does::text,
                            .number = 0,
                            .name = std::string(text_.substr(at_, close - at_)),
                            .parts = {},
                            .position = start};
        at_ = close + 1;
        return node;
    }

    ExpressionNode name() {
        const auto start = at_;
        while (at_ < end_ && (is_name_start(text_[at_]) || is_digit(text_[at_])) && !starts_with_sign()) ++at_;
        ExpressionNode node{.does = Does::column,
                            .number = 0,
                            .name = std::string(text_.substr(start, at_ - start)),
                            .parts = {},
                            .position = start};
        if (!take_text("(")) return node;
        node.does = Does::call;
        do {
            node.parts.push_back(sum());
            if (node.parts.size() > static_cast<std::size_t>(most_depth)) fail(at_, "more than 100 arguments");
        } while (take_text(","));
        expect_close();
        return node;
    }

    void expect_close() {
        if (!take_text(")")) fail(position(), "a closing bracket is expected");
    }

    bool take_text(std::string_view text) {
        skip_blanks();
        if (!text_.substr(at_, end_ - at_).starts_with(text)) return false;
        at_ += text.size();
        return true;
    }

    template <std::size_t count>
    const Operator* take(const std::array<Operator, count>& operators) {
        skip_blanks();
        found_at_ = at_;
        for (const auto& candidate : operators) {
            if (take_text(candidate.text)) return &candidate;
        }
        return nullptr;
    }

    void skip_blanks() {
        while (at_ < end_ && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
    }

    std::string_view text_;
    std::size_t end_;
    std::size_t at_ = 0;
    std::size_t found_at_ = 0;
    int depth_ = 0;
};

void collect(const ExpressionNode& node, std::vector<std::string>& names) {
    if (node.does == Does::column) names.push_back(node.name);
    for (const auto& part : node.parts) collect(part, names);
}

}  // namespace

void refuse_expression(std::string_view text, std::size_t position, std::string_view why) {
    constexpr std::size_t most_shown = 200;
    const std::string shown = printable(text.substr(0, most_shown)) + (text.size() > most_shown ? "…" : "");
    throw UsageError(fmt::format("'{}', character {}: {}", shown, position + 1, why));
}

Expression::Expression(std::string text) : text_(std::move(text)) {
    if (text_.size() > longest_expression)
        refuse_expression(text_, longest_expression, "an expression has at most 10,000 bytes");
    Parser parser(text_, text_.size());
    root_ = parser.comparison();
    if (!parser.at_end()) parser.fail(parser.position(), "an operator is expected, or the end");
}

Expression::Expression(std::string text, char stop, std::size_t& end) : text_(std::move(text)) {
    if (text_.size() > longest_expression)
        refuse_expression(text_, longest_expression, "an expression has at most 10,000 bytes");
    Parser parser(text_, text_.size());
    root_ = parser.comparison();
    end = parser.position();
    if (!parser.at(stop)) parser.fail(end, fmt::format("'{}' is expected", stop));
}

std::vector<std::string> Expression::columns() const {
    std::vector<std::string> names;
    collect(root_, names);
    return names;
}

Definition parse_definition(std::string_view text, std::string_view flag) {
    const auto trimmed = [](std::string_view part) {
        const auto first = part.find_first_not_of(" \t\n");
        if (first == part.npos) return std::string();
        return std::string(part.substr(first, part.find_last_not_of(" \t\n") - first + 1));
    };
    const auto equals = text.find('=');
    Definition definition;
    if (equals != text.npos) definition = {trimmed(text.substr(0, equals)), trimmed(text.substr(equals + 1))};
    auto& name = definition.name;
    if (name.size() > 2 && name.front() == '`' && name.back() == '`') name = name.substr(1, name.size() - 2);
    if (equals == text.npos || name.empty() || definition.expression.empty() || definition.expression.front() == '=') {
        throw UsageError(fmt::format("{} '{}': expected NAME = EXPRESSION", flag, printable(text)));
    }
    return definition;
}

}  // namespace cellwise::tables
