#include "data/tables/recipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/error.h"
#include "core/utf8.h"
#include "data/tables/columns.h"
#include "data/tables/derived_columns.h"
#include "data/tables/encoding.h"
#include "data/tables/missing_values.h"
#include "data/tables/outliers.h"
#include "data/tables/rules.h"

namespace cellwise::tables {
namespace {

std::vector<std::int64_t> row_numbers(const Table& table) {
    std::vector<std::int64_t> rows(static_cast<std::size_t>(table.rows));
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
}

}  // namespace

std::unique_ptr<Step> make_step(const nlohmann::ordered_json& settings, const std::string& where) {
    try {
        const auto name = settings.at("do").get<std::string>();
        const auto rules = [&] { return settings.value("rules", std::vector<std::string>()); };
        if (name == "missing") return std::make_unique<MissingValues>(rules());
        if (name == "outliers") return std::make_unique<Outliers>(rules());
        if (name == "feature") return std::make_unique<DerivedFeature>(settings.at("rule").get<std::string>());
        if (name == "grade") return std::make_unique<Grade>(settings.at("rule").get<std::string>());
        if (name == "scale") return std::make_unique<Scaling>();
        if (name == "one-hot") return std::make_unique<OneHot>();
        throw UsageError(fmt::format("{}: '{}' is no step; there are missing, outliers, feature, grade, scale, one-hot",
                                     where, printable(name)));
    } catch (const nlohmann::json::exception&) {
        throw UsageError(fmt::format("{}: a step has do = \"…\" and either rules = [\"…\"] or rule = \"…\"", where));
    }
}

Recipe::Recipe(const Recipe& other) : inputs_(other.inputs_), protected_(other.protected_), records_(other.records_) {
    for (const auto& step : other.steps_) steps_.push_back(step->clone());
}

Recipe& Recipe::operator=(const Recipe& other) {
    Recipe copy(other);
    *this = std::move(copy);
    return *this;
}

std::vector<std::int64_t> Recipe::fit_apply(Table& table) {
    inputs_.clear();
    for (const auto& column : table.columns) {
        if (!is_protected(protected_, column.name)) inputs_.push_back({column.name, column.kind});
    }
    records_.clear();
    auto rows = row_numbers(table);
    for (const auto& step : steps_) {
        step->fit(table, protected_);
        step->apply(table, rows, Use::training, records_);
        if (table.rows == 0) throw DataError(fmt::format("{}: the recipe removed every row", table.origin));
    }
    return rows;
}

void Recipe::match_inputs(Table& table) const {
    for (const auto& input : inputs_) {
        auto* column = column_of(table, input.name);
        if (column && !match_kind(*column, input.kind)) {
            throw DataError(fmt::format("{}: the column '{}' is {} here, but was {} when the recipe was fitted",
                                        table.origin, printable(input.name), kind_name(column->kind),
                                        kind_name(input.kind)));
        }
    }
}

std::vector<std::int64_t> Recipe::apply(Table& table, Use use, std::vector<StepRecord>* records) const {
    match_inputs(table);
    std::vector<StepRecord> unread;
    auto rows = row_numbers(table);
    for (const auto& step : steps_) step->apply(table, rows, use, records ? *records : unread);
    return rows;
}

nlohmann::ordered_json Recipe::json() const {
    auto steps = nlohmann::ordered_json::array();
    for (const auto& step : steps_) steps.push_back({{"settings", step->settings()}, {"fitted", step->fitted()}});
    auto inputs = nlohmann::ordered_json::array();
    for (const auto& input : inputs_) inputs.push_back({{"name", input.name}, {"kind", kind_name(input.kind)}});
    return {{"protected", protected_}, {"inputs", inputs}, {"steps", steps}};
}

Recipe Recipe::from_json(const nlohmann::ordered_json& document) {
    try {
        Recipe recipe;
        recipe.protected_ = document.at("protected").get<Protected>();
        for (const auto& input : document.at("inputs")) {
            recipe.inputs_.push_back({input.at("name"), parse_kind(input.at("kind").get<std::string>())});
        }
        for (const auto& item : document.at("steps")) {
            auto step = make_step(item.at("settings"), "a model's recipe");
            step->set_fitted(item.at("fitted"));
            recipe.steps_.push_back(std::move(step));
        }
        return recipe;
    } catch (const nlohmann::json::exception&) {
        throw DataError("a model's recipe is broken: it is not what was written");
    } catch (const UsageError& error) {
        throw DataError(error.what());
    }
}

}  // namespace cellwise::tables
