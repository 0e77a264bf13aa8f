#include "data/tables/rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

#include "core/error.h"
#include "core/utf8.h"

namespace cellwise::tables {
namespace {

bool is_kind(std::string_view name) {
    constexpr std::array kinds{Kind::numeric, Kind::boolean, Kind::category, Kind::date, Kind::text, Kind::identifier};
    return std::ranges::any_of(kinds, [&](Kind kind) { return kind_name(kind) == name; });
}

/// The strategy and, behind a colon, its value; nothing if the text is no strategy.
std::optional<Rule> strategy_of(std::string_view text, std::span<const std::string_view> strategies) {
    for (const auto strategy : strategies) {
        if (text == strategy && strategy != "constant")
            return Rule{.name = {}, .strategy = std::string(strategy), .value = {}, .text = {}};
    }
    constexpr std::string_view constant = "constant:";
    if (text.starts_with(constant) && std::ranges::find(strategies, "constant") != strategies.end()) {
        return Rule{.name = {}, .strategy = "constant", .value = std::string(text.substr(constant.size())), .text = {}};
    }
    return std::nullopt;
}

}  // namespace

Rule parse_rule(std::string_view text, std::span<const std::string_view> strategies, std::string_view flag) {
    auto rule = strategy_of(text, strategies);
    // A column's name may have an equals sign, and so may a constant: the first place that leaves a strategy.
    for (std::size_t at = text.find('='); !rule && at != text.npos; at = text.find('=', at + 1)) {
        rule = strategy_of(text.substr(at + 1), strategies);
        if (rule) rule->name = std::string(text.substr(0, at));
    }
    if (!rule) {
        std::vector<std::string> names;
        for (const auto strategy : strategies) names.emplace_back(strategy == "constant" ? "constant:VALUE" : strategy);
        throw UsageError(fmt::format("{} '{}': expected [NAME=]STRATEGY, where STRATEGY is one of\n{}", flag,
                                     printable(text), fmt::join(names, ", ")));
    }
    rule->text = std::string(text);
    return *rule;
}

const Rule* rule_for(const std::vector<Rule>& rules, const Column& column) {
    const auto last = [&](std::string_view name) -> const Rule* {
        const auto found =
            std::find_if(rules.rbegin(), rules.rend(), [&](const Rule& rule) { return rule.name == name; });
        return found == rules.rend() ? nullptr : &*found;
    };
    if (const auto* rule = column.name.empty() ? nullptr : last(column.name)) return rule;
    if (const auto* rule = last(kind_name(column.kind))) return rule;
    return last("");
}

void require_rules(const std::vector<Rule>& rules, const Table& table, std::string_view flag) {
    for (const auto& rule : rules) {
        if (!rule.name.empty() && !find_column(table, rule.name) && !is_kind(rule.name)) {
            (void)require_column(table, rule.name, flag);
        }
    }
}

bool is_protected(const Protected& kept, std::string_view name) { return std::ranges::find(kept, name) != kept.end(); }

}  // namespace cellwise::tables
