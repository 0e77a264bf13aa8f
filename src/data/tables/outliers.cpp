#include "data/tables/outliers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
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

constexpr std::array<std::string_view, 5> outlier_strategies{"iqr-remove", "iqr-clip", "z-remove", "z-clip", "none"};
constexpr double whisker = 1.5;  // Tukey 1977
constexpr double most_deviations = 3;

struct Range {
    double low = 0, high = 0;
    bool has_spread = false;
};

Range by_quartiles(const statistics::CountedValues& known) {
    const double q1 = statistics::quantile(known, 0.25);
    const double q3 = statistics::quantile(known, 0.75);
    return {q1 - whisker * (q3 - q1), q3 + whisker * (q3 - q1), q3 > q1};
}

Range by_deviation(const statistics::CountedValues& known) {
    const auto moments = statistics::moments(known);
    const double far = most_deviations * moments.population_deviation;
    return {moments.mean - far, moments.mean + far, moments.population_deviation > 0};
}

bool removes(const std::string& strategy) { return strategy.ends_with("-remove"); }

}  // namespace

Outliers::Outliers(const std::vector<std::string>& rules) {
    for (const auto& rule : rules) rules_.push_back(parse_rule(rule, outlier_strategies, "--outliers"));
}

void Outliers::fit(const Table& table, const Protected& kept) {
    require_rules(rules_, table, "--outliers");
    bounds_.clear();
    std::vector<std::pair<const Column*, std::string>> asked;  // with the strategy
    for (const auto& column : table.columns) {
        const auto* rule = rule_for(rules_, column);
        if (!rule || rule->strategy == "none" || is_protected(kept, column.name)) continue;
        if (column.kind != Kind::numeric || !column.integers.empty()) {
            if (rule->name != column.name) continue;
            throw UsageError(fmt::format("--outliers '{}': the column is {}; outliers need a numeric column",
                                         printable(rule->text), kind_name(column.kind)));
        }
        asked.emplace_back(&column, rule->strategy);
    }
    std::vector<std::optional<Bounds>> found(asked.size());
    parallel_for(asked.size(), 0, [&](std::size_t i) {
        const auto& [column, strategy] = asked[i];
        const auto known = sample_of(*column);
        if (known.total == 0) return;
        const auto range = strategy.starts_with("iqr") ? by_quartiles(known) : by_deviation(known);
        found[i] = Bounds{column->name, strategy, range.has_spread, range.low, range.high};
    });
    for (auto& bounds : found) {
        if (bounds) bounds_.push_back(std::move(*bounds));
    }
}

void Outliers::apply(Table& table, std::vector<std::int64_t>& rows, Use use, std::vector<StepRecord>& records) const {
    std::vector<bool> kept(static_cast<std::size_t>(table.rows), true);
    for (const auto& bounds : bounds_) {
        if (removes(bounds.strategy) && use == Use::prediction) continue;
        auto& column = fitted_column(table, bounds.column);
        StepRecord record{.step = "outliers", .column = bounds.column, .did = bounds.strategy};
        if (!bounds.has_spread) {
            record.did += bounds.strategy.starts_with("iqr") ? ": IQR 0, left alone" : ": deviation 0, left alone";
            records.push_back(std::move(record));
            continue;
        }
        record.did += fmt::format(" [{}, {}]", number_text(bounds.low), number_text(bounds.high));
        for (std::size_t row = 0; row < column.numbers.size(); ++row) {
            const double x = column.numbers[row];
            if (!(x < bounds.low || x > bounds.high)) continue;  // a missing value is no outlier
            if (removes(bounds.strategy)) {
                kept[row] = false;
                ++record.rows;
            } else {
                column.numbers.set(row, std::clamp(x, bounds.low, bounds.high));
                ++record.cells;
            }
        }
        records.push_back(std::move(record));
    }
    if (std::ranges::all_of(kept, [](bool mark) { return mark; })) return;
    keep_rows(table, kept);
    keep_marked(rows, kept);
}

nlohmann::ordered_json Outliers::settings() const {
    auto rules = nlohmann::ordered_json::array();
    for (const auto& rule : rules_) rules.push_back(rule.text);
    return {{"do", "outliers"}, {"rules", rules}};
}

nlohmann::ordered_json Outliers::fitted() const {
    auto list = nlohmann::ordered_json::array();
    for (const auto& b : bounds_) {
        list.push_back({{"column", b.column},
                        {"strategy", b.strategy},
                        {"has_spread", b.has_spread},
                        {"low", b.low},
                        {"high", b.high}});
    }
    return {{"bounds", list}};
}

void Outliers::set_fitted(const nlohmann::ordered_json& document) {
    bounds_.clear();
    for (const auto& b : document.at("bounds")) {
        bounds_.push_back({b.at("column"), b.at("strategy"), b.at("has_spread"), b.at("low"), b.at("high")});
    }
}

}  // namespace cellwise::tables
