#include "verbs/claims/fold_variants.h"

#include <cassert>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/error.h"
#include "core/random.h"
#include "data/tables/columns.h"

namespace cellwise::verbs {
namespace {

using nlohmann::ordered_json;

constexpr double blank_share = 0.2, error_share = 0.05, error_factor = 1000;

tables::FeatureMatrix rows_of(const tables::FeatureMatrix& matrix, const std::vector<std::size_t>& rows) {
    tables::FeatureMatrix some{
        static_cast<std::int64_t>(rows.size()), matrix.columns, {}, matrix.names, matrix.sources, 0, 0};
    const auto width = matrix.columns;
    for (const auto row : rows) {
        const auto begin = matrix.values.begin() + static_cast<std::ptrdiff_t>(row) * width;
        some.values.insert(some.values.end(), begin, begin + width);
    }
    return some;
}

std::vector<double> at(const std::vector<double>& values, const std::vector<std::size_t>& places) {
    std::vector<double> some;
    for (const auto place : places) some.push_back(values[place]);
    return some;
}

}  // namespace

customers::FitSettings settings_of(const FoldsSpec& spec, const FoundTable& found, std::uint64_t seed) {
    customers::FitSettings settings;
    settings.seed = seed;
    settings.smote = spec.smote || spec.smote_before_split;
    settings.leave_out = found.leave_out;
    if (!spec.parameters.empty()) settings.parameters[spec.model] = spec.parameters;
    if (!spec.feature.empty()) {
        settings.recipe.add(tables::make_step(ordered_json{{"do", "feature"}, {"rule", spec.feature}}, spec.feature));
    }
    if (!spec.missing.empty()) {
        settings.recipe.add(tables::make_step(ordered_json{{"do", "missing"}, {"rules", spec.missing}}, "missing"));
    }
    if (!spec.outliers.empty()) {
        settings.recipe.add(tables::make_step(ordered_json{{"do", "outliers"}, {"rules", spec.outliers}}, "outliers"));
    }
    return settings;
}

std::optional<tables::Table> damaged_table(const FoundTable& found, Damage damage,
                                           const std::vector<std::int64_t>& train, std::uint64_t seed) {
    if (damage == Damage::none) return std::nullopt;
    auto table = found.table;
    std::vector<bool> learned(static_cast<std::size_t>(table.rows));
    for (const auto position : train) {
        learned[static_cast<std::size_t>(found.target.rows[static_cast<std::size_t>(position)])] = true;
    }
    Random random(seed, damage == Damage::blanks ? "claims: blanks" : "claims: gross errors");
    for (auto& column : table.columns) {
        if (column.kind != tables::Kind::numeric || column.name == found.target.column) continue;
        auto numbers = tables::numbers_of(column);
        for (std::size_t row = 0; row < numbers.size(); ++row) {
            const double chance = random.uniform();
            if (damage == Damage::blanks && chance < blank_share) {
                numbers[row] = std::numeric_limits<double>::quiet_NaN();
            } else if (damage == Damage::gross_errors && chance < error_share && learned[row]) {
                numbers[row] *= error_factor;
            }
        }
        tables::set_numbers(column, numbers);
    }
    return table;
}

customers::PreparedFold fold_of_enlarged_table(const tables::Table& table, const customers::Target& target,
                                               const std::vector<tables::Split>& splits, std::size_t fold,
                                               const customers::FitSettings& settings) {
    assert(settings.smote && fold < splits.size());
    std::vector<std::int64_t> all(target.rows.size());
    std::iota(all.begin(), all.end(), std::int64_t{0});
    auto prepared = customers::prepare_fold(table, target, {all, splits[fold].test}, settings);
    const auto truth = prepared.train_rows.size();
    if (truth != all.size()) throw InternalError("oversampling before the split takes no recipe that removes rows");
    std::vector<bool> is_test(static_cast<std::size_t>(prepared.train.rows));
    for (const auto position : splits[fold].test) is_test[static_cast<std::size_t>(position)] = true;
    Random random(settings.seed, "claims: folds of made-up rows");
    for (auto row = truth; row < is_test.size(); ++row) is_test[row] = random.below(splits.size()) == fold;
    std::vector<std::size_t> train, test;
    for (std::size_t row = 0; row < is_test.size(); ++row) (is_test[row] ? test : train).push_back(row);
    prepared.test = rows_of(prepared.train, test);
    prepared.test_targets = at(prepared.targets, test);
    prepared.train = rows_of(prepared.train, train);
    prepared.targets = at(prepared.targets, train);
    return prepared;
}

double positive_share(const customers::Target& target, const std::vector<std::int64_t>& positions) {
    double positives = 0;
    for (const auto position : positions) positives += target.values[static_cast<std::size_t>(position)];
    return positives / static_cast<double>(positions.size());
}

}  // namespace cellwise::verbs
