#include "data/tables/encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/utf8.h"
#include "data/tables/columns.h"
#include "data/tables/plain_number.h"
#include "data/tables/rules.h"

namespace cellwise::tables {

void Scaling::fit(const Table& table, const Protected& kept) {
    scales_.clear();
    for (const auto& column : table.columns) {
        if (column.kind != Kind::numeric || !column.integers.empty() || is_protected(kept, column.name)) continue;
        auto known = column.numbers.values();
        std::erase_if(known, [](double x) { return std::isnan(x); });
        if (known.empty()) continue;
        Scale scale{.column = column.name};
        for (const double x : known) scale.mean += x / static_cast<double>(known.size());
        double squares = 0;
        for (const double x : known) squares += (x - scale.mean) * (x - scale.mean);
        scale.deviation = std::sqrt(squares / static_cast<double>(known.size()));
        if (known.size() == 1 || *std::ranges::min_element(known) == *std::ranges::max_element(known)) {
            scale = {.column = column.name, .mean = known.front(), .deviation = 1};
        }
        scales_.push_back(std::move(scale));
    }
}

void Scaling::apply(Table& table, std::vector<std::int64_t>&, Use, std::vector<StepRecord>& records) const {
    for (const auto& scale : scales_) {
        auto& column = fitted_column(table, scale.column);
        auto numbers = numbers_of(column);
        for (double& x : numbers) x = (x - scale.mean) / scale.deviation;
        set_numbers(column, numbers);
        records.push_back({.step = "scale",
                           .column = scale.column,
                           .did = fmt::format("(x - {}) / {}", number_text(scale.mean), number_text(scale.deviation)),
                           .cells = table.rows - missing_count(column)});
    }
}

nlohmann::ordered_json Scaling::fitted() const {
    auto list = nlohmann::ordered_json::array();
    for (const auto& s : scales_) list.push_back({{"column", s.column}, {"mean", s.mean}, {"deviation", s.deviation}});
    return {{"scales", list}};
}

void Scaling::set_fitted(const nlohmann::ordered_json& document) {
    scales_.clear();
    for (const auto& s : document.at("scales")) scales_.push_back({s.at("column"), s.at("mean"), s.at("deviation")});
}

void OneHot::fit(const Table& table, const Protected& kept) {
    columns_.clear();
    for (const auto& column : table.columns) {
        if (!is_category(column) || is_protected(kept, column.name)) continue;
        std::vector<bool> seen(column.levels.size(), false);
        for (const auto code : column.codes) {
            if (code >= 0) seen[static_cast<std::size_t>(code)] = true;
        }
        Levels levels{.column = column.name, .levels = {}};
        for (std::size_t i = 0; i < seen.size(); ++i) {
            if (seen[i]) levels.levels.push_back(column.levels[i]);
        }
        if (!levels.levels.empty()) columns_.push_back(std::move(levels));
    }
}

void OneHot::apply(Table& table, std::vector<std::int64_t>&, Use, std::vector<StepRecord>& records) const {
    for (const auto& [name, levels] : columns_) {
        auto& fitted = fitted_column(table, name);
        const auto where = &fitted - table.columns.data();
        const Column column = std::move(fitted);
        std::vector<std::size_t> place(column.levels.size(), levels.size());
        for (std::size_t i = 0; i < place.size(); ++i) {
            const auto at = std::ranges::lower_bound(levels, column.levels[i]);
            if (at != levels.end() && *at == column.levels[i]) place[i] = static_cast<std::size_t>(at - levels.begin());
        }
        std::vector<std::vector<double>> flags(levels.size(), std::vector<double>(column.codes.size(), 0));
        std::int64_t unseen = 0;
        for (std::size_t row = 0; row < column.codes.size(); ++row) {
            const auto code = column.codes[row];
            if (code < 0) {
                for (auto& flag : flags) flag[row] = std::numeric_limits<double>::quiet_NaN();
            } else if (const auto at = place[static_cast<std::size_t>(code)]; at < levels.size()) {
                flags[at][row] = 1;
            } else {
                ++unseen;
            }
        }
        table.columns.erase(table.columns.begin() + where);
        for (std::size_t i = 0; i < levels.size(); ++i) {
            table.columns.insert(table.columns.begin() + where + static_cast<std::ptrdiff_t>(i),
                                 flag_column(name + "_" + levels[i], flags[i], "one level of " + name));
        }
        std::string did = fmt::format("{} columns of 0 and 1", levels.size());
        if (unseen > 0) did += fmt::format(" ({} cells of unseen levels: all 0)", unseen);
        records.push_back({.step = "one-hot", .column = name, .did = did, .cells = table.rows});
    }
}

nlohmann::ordered_json OneHot::fitted() const {
    auto list = nlohmann::ordered_json::array();
    for (const auto& c : columns_) list.push_back({{"column", c.column}, {"levels", c.levels}});
    return {{"columns", list}, {"unseen_level", "zero in all columns"}};
}

void OneHot::set_fitted(const nlohmann::ordered_json& document) {
    columns_.clear();
    for (const auto& c : document.at("columns")) columns_.push_back({c.at("column"), c.at("levels")});
}

}  // namespace cellwise::tables
