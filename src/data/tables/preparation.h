#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <vector>

#include "data/tables/features.h"
#include "data/tables/recipe.h"
#include "data/tables/table.h"

namespace cellwise::tables {

/// The matrix of the rows that a model learns from.
struct Prepared {
    FeatureMatrix features;
    std::vector<std::int64_t> rows;  ///< [features.rows]: the table's row of each; a recipe may have removed some
};

/// A recipe and the features made of what it leaves: all that stands between a table and a model. It is kept with the
/// model.
class Preparation {
public:
    Preparation(Recipe recipe, FeatureOptions options);

    /// Learns everything from the given rows of the table and from no other. Rows that the recipe removes (outliers,
    /// drop-rows) are absent from the result.
    [[nodiscard]] Prepared fit(const Table& table, std::span<const std::int64_t> rows);

    /// The features of other customers: one row for each given row, none removed.
    [[nodiscard]] FeatureMatrix apply(const Table& table, std::span<const std::int64_t> rows) const;

    [[nodiscard]] const Recipe& recipe() const { return recipe_; }
    [[nodiscard]] const FeatureBuilder& features() const { return features_; }

    [[nodiscard]] nlohmann::ordered_json json() const;
    /// Throws DataError if it is not what json() gives.
    [[nodiscard]] static Preparation from_json(const nlohmann::ordered_json& document);

private:
    Recipe recipe_;
    FeatureBuilder features_;
};

}  // namespace cellwise::tables
