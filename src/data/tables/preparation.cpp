#include "data/tables/preparation.h"

#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "data/tables/columns.h"

namespace cellwise::tables {
namespace {

std::vector<std::int64_t> all_rows(const Table& table) {
    std::vector<std::int64_t> rows(static_cast<std::size_t>(table.rows));
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
}

}  // namespace

Preparation::Preparation(Recipe recipe, FeatureOptions options) : recipe_(std::move(recipe)), features_(options) {
    recipe_.set_protected(std::move(options.leave_out));
}

Prepared Preparation::fit(const Table& table, std::span<const std::int64_t> rows) {
    Table part = take_rows(table, rows);
    Prepared prepared;
    for (const auto place : recipe_.fit_apply(part)) prepared.rows.push_back(rows[static_cast<std::size_t>(place)]);
    features_.fit(part, all_rows(part));
    prepared.features = features_.apply(part, all_rows(part));
    return prepared;
}

FeatureMatrix Preparation::apply(const Table& table, std::span<const std::int64_t> rows) const {
    Table part = take_rows(table, rows);
    recipe_.apply(part, Use::prediction);
    return features_.apply(part, all_rows(part));
}

nlohmann::ordered_json Preparation::json() const {
    return {{"recipe", recipe_.json()}, {"features", features_.json()}};
}

Preparation Preparation::from_json(const nlohmann::ordered_json& document) {
    if (!document.is_object() || !document.contains("recipe") || !document.contains("features")) {
        throw DataError("a model's preparation is broken: it has no recipe or no features");
    }
    Preparation preparation({}, {});
    preparation.recipe_ = Recipe::from_json(document["recipe"]);
    preparation.features_ = FeatureBuilder::from_json(document["features"]);
    return preparation;
}

}  // namespace cellwise::tables
