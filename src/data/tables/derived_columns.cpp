#include "data/tables/derived_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/utf8.h"
#include "data/tables/columns.h"
#include "data/tables/plain_number.h"
#include "data/tables/rules.h"

namespace cellwise::tables {
namespace {

/// Evaluates on no row: tells every column and type that does not fit.
void require_fit(const Table& table, const Protected& kept, const Definition& definition, const Expression& expression,
                 bool wants_number) {
    if (find_column(table, definition.name)) {
        throw UsageError(fmt::format("{} has a column '{}' already: give the new one another name", table.origin,
                                     printable(definition.name)));
    }
    for (const auto& name : expression.columns()) {
        if (is_protected(kept, name)) {
            throw UsageError(
                fmt::format("'{}' reads '{}', which is the target or the identifier: a model would know the answer",
                            printable(definition.name), printable(name)));
        }
    }
    const auto type = expression.evaluate(take_rows(table, {})).type;
    if (type == ValueType::text || (wants_number && type == ValueType::date)) {
        refuse_expression(expression.text(), 0, "it gives no number");
    }
}

std::vector<std::string> split_at(std::string_view text, char separator) {
    std::vector<std::string> parts(1);
    for (const char letter : text) {
        if (letter == separator)
            parts.emplace_back();
        else
            parts.back() += letter;
    }
    for (auto& part : parts) {
        const auto first = part.find_first_not_of(" \t\n");
        part = first == part.npos ? "" : part.substr(first, part.find_last_not_of(" \t\n") - first + 1);
    }
    return parts;
}

}  // namespace

DerivedFeature::DerivedFeature(const std::string& rule)
    : rule_(rule), definition_(parse_definition(rule, "--feature")), expression_(definition_.expression) {}

void DerivedFeature::fit(const Table& table, const Protected& kept) {
    require_fit(table, kept, definition_, expression_, false);
}

void DerivedFeature::apply(Table& table, std::vector<std::int64_t>&, Use, std::vector<StepRecord>& records) const {
    const auto result = expression_.evaluate(table);
    if (result.type == ValueType::truth) {
        table.columns.push_back(flag_column(definition_.name, result.values, definition_.expression));
    } else {
        table.columns.push_back(numeric_column(definition_.name, result.values, definition_.expression));
        if (result.type == ValueType::date) table.columns.back().kind = Kind::date;
    }
    const auto missing = missing_count(table.columns.back());
    std::string did = printable(definition_.expression);
    if (missing > 0) did = fmt::format("{} missing, {} of them undefined: {}", missing, result.undefined, did);
    records.push_back({.step = "feature", .column = definition_.name, .did = did, .cells = table.rows - missing});
}

Grade::Grade(const std::string& rule)
    : rule_(rule), definition_(parse_definition(rule, "--grade")), cut_(parse_cut(definition_)) {}

Grade::Cut Grade::parse_cut(const Definition& definition) {
    const auto& text = definition.expression;
    constexpr std::string_view open = "cut(";
    if (!text.starts_with(open) || text.back() != ')')
        refuse_expression(text, 0, "expected cut(COLUMN, a, b; x, y, z)");
    // The same text with blanks for "cut(", so that positions in messages are those of the whole.
    std::size_t comma = 0;
    Expression expression(std::string(open.size(), ' ') + text.substr(open.size()), ',', comma);
    const auto semicolon = text.find(';', comma);
    if (semicolon == text.npos)
        refuse_expression(text, text.size() - 1, "expected ; and the grades' names behind the bounds");
    Cut cut{.expression = std::move(expression), .bounds = {}, .levels = {}};
    for (const auto& bound : split_at(std::string_view(text).substr(comma + 1, semicolon - comma - 1), ',')) {
        cut.bounds.push_back(parse_number(bound, "--grade '" + text + "'"));
        if (cut.bounds.size() > 1 && !(cut.bounds[cut.bounds.size() - 2] < cut.bounds.back())) {
            refuse_expression(text, comma, "the bounds must ascend");
        }
    }
    cut.levels = split_at(std::string_view(text).substr(semicolon + 1, text.size() - semicolon - 2), ',');
    if (cut.levels.size() != cut.bounds.size() + 1 ||
        std::ranges::any_of(cut.levels, [](const auto& level) { return level.empty(); })) {
        refuse_expression(text, semicolon,
                          fmt::format("{} bounds part {} grades, and {} are named", cut.bounds.size(),
                                      cut.bounds.size() + 1, cut.levels.size()));
    }
    return cut;
}

void Grade::fit(const Table& table, const Protected& kept) {
    require_fit(table, kept, definition_, cut_.expression, true);
}

void Grade::apply(Table& table, std::vector<std::int64_t>&, Use, std::vector<StepRecord>& records) const {
    const auto result = cut_.expression.evaluate(table);
    Column column;
    column.name = definition_.name;
    column.kind = Kind::category;
    column.reason = definition_.expression;
    column.levels = cut_.levels;
    std::sort(column.levels.begin(), column.levels.end());
    column.levels.erase(std::unique(column.levels.begin(), column.levels.end()), column.levels.end());
    std::vector<std::int32_t> codes;  // of the grades in their own order
    for (const auto& level : cut_.levels) {
        codes.push_back(
            static_cast<std::int32_t>(std::ranges::lower_bound(column.levels, level) - column.levels.begin()));
    }
    std::vector<std::int32_t> rows;
    rows.reserve(result.values.size());
    for (const double x : result.values) {
        const auto grade = std::lower_bound(cut_.bounds.begin(), cut_.bounds.end(), x) - cut_.bounds.begin();
        rows.push_back(std::isnan(x) ? -1 : codes[static_cast<std::size_t>(grade)]);
    }
    column.codes = rows;
    const auto missing = missing_count(column);
    std::string did = printable(definition_.expression);
    if (missing > 0) did += fmt::format(" ({} missing)", missing);
    records.push_back({.step = "grade", .column = definition_.name, .did = did, .cells = table.rows - missing});
    table.columns.push_back(std::move(column));
}

}  // namespace cellwise::tables
