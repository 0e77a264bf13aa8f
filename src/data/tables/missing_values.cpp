#include "data/tables/missing_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/parallel_for.h"
#include "core/utf8.h"
#include "data/tables/columns.h"
#include "data/tables/marked.h"
#include "data/tables/number_counts.h"
#include "data/tables/plain_number.h"
#include "statistics/moments.h"

namespace cellwise::tables {
namespace {

constexpr std::array<std::string_view, 10> missing_strategies{"drop-rows",     "drop-column", "mean", "median",
                                                              "most-frequent", "constant",    "knn",  "regression",
                                                              "indicator",     "keep"};

bool is_filled_by_default(const Column& column) { return is_number(column) || is_category(column); }

/// The strategy that a column which the rule does not name takes instead of one that needs numbers.
std::string strategy_for(const Column& column, const Rule* rule) {
    const std::string usual = is_number(column) ? "median" : is_category(column) ? "most-frequent" : "keep";
    if (!rule) return usual;
    const auto& asked = rule->strategy;
    if (asked == "drop-rows" || asked == "drop-column" || asked == "keep") return asked;
    const bool wants_numbers = asked == "mean" || asked == "median" || asked == "knn" || asked == "regression";
    if (wants_numbers && !is_number(column)) {
        if (rule->name != column.name) return usual;
        throw UsageError(fmt::format("--missing '{}': {} needs numbers, and the column is {}", printable(rule->text),
                                     asked, kind_name(column.kind)));
    }
    if (asked == "indicator") return usual;
    if (rule->name.empty() && !is_filled_by_default(column)) return "keep";
    return asked;
}

/// The value that most cells have, the smallest of equally frequent ones. sample: not empty.
double mode_of(const statistics::CountedValues& sample) {
    const auto most = std::ranges::max_element(sample.counts);
    return sample.values[static_cast<std::size_t>(most - sample.counts.begin())];
}

std::optional<std::string> most_frequent_level(const Column& column) {
    std::vector<std::int64_t> counts(column.levels.size());
    for (const auto code : column.codes) {
        if (code >= 0) ++counts[static_cast<std::size_t>(code)];
    }
    const auto most = std::max_element(counts.begin(), counts.end());
    if (most == counts.end() || *most == 0) return std::nullopt;
    return column.levels[static_cast<std::size_t>(most - counts.begin())];
}

NumberColumns columns_of(const Table& table, const std::vector<std::string>& names) {
    NumberColumns columns;
    for (const auto& name : names) columns.push_back(numbers_of(fitted_column(table, name)));
    return columns;
}

std::vector<bool> complete_rows(const Table& table, const std::vector<std::string>& columns) {
    std::vector<bool> complete(static_cast<std::size_t>(table.rows), true);
    for (const auto& name : columns) {
        const auto& column = fitted_column(table, name);
        for (std::size_t row = 0; row < complete.size(); ++row) {
            if (is_missing(column, static_cast<std::int64_t>(row))) complete[row] = false;
        }
    }
    return complete;
}

/// The column in the rows whose mark is true.
Column part_of(const Column& column, const std::vector<bool>& kept) {
    Table table;
    table.rows = static_cast<std::int64_t>(kept.size());
    table.columns.push_back(column);
    keep_rows(table, kept);
    return std::move(table.columns.front());
}

}  // namespace

MissingValues::MissingValues(const std::vector<std::string>& rules) {
    for (const auto& rule : rules) rules_.push_back(parse_rule(rule, missing_strategies, "--missing"));
}

MissingValues::Plan MissingValues::plan_for(const Column& column, const Rule* rule) const {
    Plan plan{.column = column.name, .strategy = strategy_for(column, rule), .said = {}, .level = {}};
    plan.indicator = rule && rule->strategy == "indicator";
    const auto asked = plan.strategy;
    plan.said = asked;
    if (asked == "constant") {
        plan.said = "constant " + printable(rule->value);
        plan.level = rule->value;
        plan.strategy = has_number_cells(column) ? "number" : "level";
        if (plan.strategy == "number") plan.number = parse_number(rule->value, "--missing '" + rule->text + "'");
    } else if (asked == "mean" || asked == "median" || (asked == "most-frequent" && has_number_cells(column))) {
        const auto known = sample_of(column);
        plan.strategy = known.total == 0 ? "keep" : "number";
        plan.said = "no value to learn from: left missing";
        if (known.total == 0) return plan;
        plan.number = asked == "mean"     ? statistics::moments(known).mean
                      : asked == "median" ? statistics::quantile(known, 0.5)
                                          : mode_of(known);
        plan.said = fmt::format("{} {}", asked, number_text(plan.number));
    } else if (asked == "most-frequent") {
        const auto level = most_frequent_level(column);
        plan.strategy = level ? "level" : "keep";
        plan.level = level.value_or("");
        plan.said = level ? "most-frequent " + printable(*level) : "no value to learn from: left missing";
    }
    return plan;
}

void MissingValues::fit(const Table& whole, const Protected& kept) {
    require_rules(rules_, whole, "--missing");
    plans_.clear();
    numbers_.clear();
    std::map<std::string, const Rule*> rule_of;
    std::vector<std::string> complete;  // the columns whose missing values cost the row
    for (const auto& column : whole.columns) {
        if (is_protected(kept, column.name)) continue;
        const auto* rule = rule_for(rules_, column);
        rule_of[column.name] = rule;
        if (strategy_for(column, rule) == "drop-rows") complete.push_back(column.name);
    }
    const auto marks = complete_rows(whole, complete);
    const bool all_kept = std::ranges::all_of(marks, [](bool mark) { return mark; });
    std::vector<const Column*> asked;
    for (const auto& column : whole.columns) {
        if (rule_of.contains(column.name)) asked.push_back(&column);
    }
    plans_.resize(asked.size());
    parallel_for(asked.size(), 0, [&](std::size_t i) {
        std::optional<Column> part;
        if (!all_kept) part = part_of(*asked[i], marks);
        const Column& column = part ? *part : *asked[i];
        auto plan = plan_for(column, rule_of.at(column.name));
        if (plan.strategy == "drop-column" && missing_count(column) == 0) plan.strategy = "keep";
        if (plan.indicator && missing_count(column) == 0) plan.indicator = false;
        plans_[i] = std::move(plan);
    });
    for (const auto* column : asked) {
        if (is_number(*column) && column->integers.empty()) numbers_.push_back(column->name);
    }
    const auto numbers_left = [&] {
        NumberColumns columns;
        for (const auto& name : numbers_) {
            const auto& column = fitted_column(whole, name);
            columns.push_back(all_kept ? numbers_of(column) : numbers_of(part_of(column, marks)));
        }
        return columns;
    };
    if (uses("knn")) nearest_.fit(numbers_left());
    if (uses("regression")) regression_.fit(numbers_left());
}

bool MissingValues::uses(std::string_view strategy) const {
    return std::ranges::any_of(plans_, [&](const Plan& plan) { return plan.strategy == strategy; });
}

std::int64_t MissingValues::fill(Table& table, const Plan& plan, const NumberColumns& nearest,
                                 const NumberColumns& regressed) const {
    auto& column = fitted_column(table, plan.column);
    if (plan.strategy == "keep" || missing_count(column) == 0) return 0;
    if (plan.strategy == "level") return fill_level(column, plan.level);
    const auto before = missing_count(column);
    if (column.kind == Kind::date || plan.strategy == "number") {
        auto numbers = column.numbers.values();
        std::replace_if(
            numbers.begin(), numbers.end(), [](double x) { return std::isnan(x); }, plan.number);
        if (column.kind == Kind::date) {
            column.numbers = numbers;
        } else {
            set_numbers(column, numbers);
        }
    } else if (plan.strategy == "knn" || plan.strategy == "regression") {
        const auto at = static_cast<std::size_t>(std::ranges::find(numbers_, plan.column) - numbers_.begin());
        set_numbers(column, (plan.strategy == "knn" ? nearest : regressed)[at]);
    }
    return before - missing_count(column);
}

void MissingValues::apply(Table& table, std::vector<std::int64_t>& rows, Use use,
                          std::vector<StepRecord>& records) const {
    const auto say = [&](const std::string& column, std::string did, std::int64_t cells, std::int64_t removed = 0) {
        records.push_back(
            {.step = "missing", .column = column, .did = std::move(did), .cells = cells, .rows = removed});
    };
    for (const auto& plan : plans_) {
        if (plan.strategy == "drop-column") {
            const auto lost = missing_count(fitted_column(table, plan.column));
            std::erase_if(table.columns, [&](const Column& column) { return column.name == plan.column; });
            say(plan.column, fmt::format("column dropped ({} missing)", lost), table.rows);
        } else if (plan.strategy == "drop-rows" && use == Use::training) {
            const auto kept = complete_rows(table, {plan.column});
            const auto before = table.rows;
            if (std::ranges::all_of(kept, [](bool mark) { return mark; })) continue;
            keep_rows(table, kept);
            keep_marked(rows, kept);
            say(plan.column, "rows without a value dropped", 0, before - table.rows);
        }
    }
    const bool is_needed = std::ranges::any_of(numbers_, [&](const auto& name) {
        const auto* column = column_of(table, name);
        return column && missing_count(*column) > 0;
    });
    const auto nearest = is_needed && uses("knn") ? nearest_.apply(columns_of(table, numbers_)) : NumberColumns{};
    const auto regressed =
        is_needed && uses("regression") ? regression_.apply(columns_of(table, numbers_)) : NumberColumns{};
    for (const auto& plan : plans_) {
        if (plan.strategy == "drop-column" || plan.strategy == "drop-rows") continue;
        const auto& column = fitted_column(table, plan.column);
        const auto missing = missing_count(column);
        std::vector<double> flags;
        if (plan.indicator) {
            for (std::int64_t row = 0; row < table.rows; ++row) flags.push_back(is_missing(column, row) ? 1 : 0);
        }
        const auto filled = fill(table, plan, nearest, regressed);
        if (filled > 0) say(plan.column, plan.said, filled);
        if (missing > filled) say(plan.column, plan.said == "keep" ? "left missing" : plan.said, 0);
        if (plan.indicator) {
            table.columns.push_back(flag_column(plan.column + "_missing", flags, "whether a value was missing"));
            say(plan.column + "_missing", "indicator of " + plan.column, table.rows);
        }
    }
}

nlohmann::ordered_json MissingValues::settings() const {
    auto rules = nlohmann::ordered_json::array();
    for (const auto& rule : rules_) rules.push_back(rule.text);
    return {{"do", "missing"}, {"rules", rules}};
}

nlohmann::ordered_json MissingValues::fitted() const {
    auto plans = nlohmann::ordered_json::array();
    for (const auto& p : plans_) {
        plans.push_back({{"column", p.column},
                         {"strategy", p.strategy},
                         {"said", p.said},
                         {"number", p.number},
                         {"level", p.level},
                         {"indicator", p.indicator}});
    }
    nlohmann::ordered_json document{{"plans", plans}, {"numbers", numbers_}};
    if (uses("knn")) document["knn"] = nearest_.json();
    if (uses("regression")) document["regression"] = regression_.json();
    return document;
}

void MissingValues::set_fitted(const nlohmann::ordered_json& document) {
    plans_.clear();
    for (const auto& p : document.at("plans")) {
        plans_.push_back({.column = p.at("column"),
                          .strategy = p.at("strategy"),
                          .said = p.at("said"),
                          .number = p.at("number"),
                          .level = p.at("level"),
                          .indicator = p.at("indicator")});
    }
    numbers_ = document.at("numbers").get<std::vector<std::string>>();
    if (document.contains("knn")) nearest_.set_json(document["knn"]);
    if (document.contains("regression")) regression_.set_json(document["regression"]);
}

}  // namespace cellwise::tables
