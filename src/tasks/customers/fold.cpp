#include "tasks/customers/fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "data/tables/smote.h"

namespace cellwise::customers {
namespace {

constexpr std::int64_t inner_folds = 3;

/// The table's rows of positions in target.rows.
std::vector<std::int64_t> rows_at(const Target& target, const std::vector<std::int64_t>& positions) {
    std::vector<std::int64_t> rows;
    rows.reserve(positions.size());
    for (const auto position : positions) rows.push_back(target.rows[static_cast<std::size_t>(position)]);
    return rows;
}

/// The target of a row of the table. rows are ascending.
double value_of(const Target& target, std::int64_t row) {
    const auto found = std::lower_bound(target.rows.begin(), target.rows.end(), row);
    return target.values[static_cast<std::size_t>(found - target.rows.begin())];
}

std::vector<std::uint8_t> numbers_among(const tables::FeatureMatrix& features) {
    std::vector<std::uint8_t> is_number;
    for (std::size_t j = 0; j < features.names.size(); ++j) {
        is_number.push_back(features.names[j] == features.sources[j] ? 1 : 0);
    }
    return is_number;
}

void oversample(PreparedFold& fold, std::uint64_t seed) {
    auto& features = fold.train;
    const auto columns = static_cast<std::size_t>(features.columns);
    tables::SmoteOptions options;
    options.seed = seed;
    options.whole.assign(columns, true);
    for (std::size_t i = 0; i < features.values.size(); ++i) {
        if (features.values[i] != std::floor(features.values[i])) options.whole[i % columns] = false;
    }
    const std::vector<std::int32_t> labels(fold.targets.begin(), fold.targets.end());
    const bool has_categories = std::find(fold.is_number.begin(), fold.is_number.end(), 0) != fold.is_number.end();
    tables::Oversampled result;
    if (has_categories) {
        std::vector<bool> categorical;
        for (const auto is_number : fold.is_number) categorical.push_back(is_number == 0);
        result = tables::smotenc(features, labels, categorical, options);
    } else {
        result = tables::smote(features, labels, options);
    }
    features = std::move(result.features);
    fold.targets.assign(result.labels.begin(), result.labels.end());
    fold.made_up = result.made_up;
}

std::vector<double> balanced_weights(const std::vector<double>& targets, std::size_t classes) {
    std::vector<double> counts(classes);
    for (const double target : targets) counts[static_cast<std::size_t>(target)] += 1;
    std::vector<double> weights;
    for (const double target : targets) {
        weights.push_back(static_cast<double>(targets.size()) /
                          (static_cast<double>(classes) * counts[static_cast<std::size_t>(target)]));
    }
    return weights;
}

std::unique_ptr<Model> fit_once(const ModelKind& kind, const PreparedFold& fold, const Target& target,
                                const FitSettings& settings) {
    static const Parameters none;
    const auto found = settings.parameters.find(kind.name);
    return kind.fit(
        {view_of(fold.train), fold.train.names, fold.is_number, fold.targets, fold.weights, objective_of(target),
         std::max<std::size_t>(target.classes(), 2), fold.train.sources, settings.stop},
        found == settings.parameters.end() ? none : found->second, settings.seed);
}

double chosen_threshold(const ModelKind& kind, const tables::Table& table, const Target& target,
                        const tables::Split& split, const FitSettings& settings) {
    const auto part = part_of(target, split.train);
    std::vector<double> probabilities, truth;
    for (const auto& inner : cross_validation_splits(part, inner_folds, 1, settings.seed)) {
        const auto fold = prepare_fold(table, part, inner, settings);
        const auto answers = fit_once(kind, fold, part, settings)->predict(view_of(fold.test));
        probabilities.insert(probabilities.end(), answers.begin(), answers.end());
        truth.insert(truth.end(), fold.test_targets.begin(), fold.test_targets.end());
    }
    return best_threshold(settings.threshold, probabilities, truth);
}

}  // namespace

Target part_of(const Target& target, const std::vector<std::int64_t>& positions) {
    auto sorted = positions;
    std::sort(sorted.begin(), sorted.end());
    Target part = target;
    part.rows.clear(), part.values.clear(), part.sorted.clear();
    for (const auto position : sorted) {
        const auto place = static_cast<std::size_t>(position);
        part.rows.push_back(target.rows[place]);
        part.values.push_back(target.values[place]);
        if (!target.sorted.empty()) part.sorted.push_back(target.sorted[place]);
    }
    return part;
}

MatrixView view_of(const tables::FeatureMatrix& matrix) {
    return {matrix.values, static_cast<std::size_t>(matrix.rows), static_cast<std::size_t>(matrix.columns)};
}

Objective objective_of(const Target& target) {
    if (!target.is_classification) return Objective::regression;
    return target.classes() == 2 ? Objective::binary : Objective::multiclass;
}

tables::Split notes_split(const Target& target, const FitSettings& settings) {
    if (!settings.stratify) {
        return tables::train_test_split(static_cast<std::int64_t>(target.rows.size()), settings.test_share,
                                        settings.seed);
    }
    if (!target.is_classification) {
        throw UsageError(fmt::format("--stratify needs labels, and the target '{}' is a number", target.column));
    }
    return tables::stratified_train_test_split(target.sorted, settings.test_share, settings.seed);
}

std::vector<tables::Split> cross_validation_splits(const Target& target, std::int64_t folds, std::int64_t repeats,
                                                   std::uint64_t seed) {
    if (target.is_classification) return tables::stratified_k_folds(target.sorted, folds, repeats, seed);
    return tables::k_folds(static_cast<std::int64_t>(target.rows.size()), folds, repeats, seed);
}

PreparedFold prepare_fold(const tables::Table& table, const Target& target, const tables::Split& split,
                          const FitSettings& settings) {
    tables::FeatureOptions options;
    options.leave_out = settings.leave_out;
    options.leave_out.push_back(target.column);
    auto recipe = settings.recipe;
    recipe.set_protected(options.leave_out);
    PreparedFold fold{tables::Preparation(std::move(recipe), options), {}, {}, {}, {}, {}, {}, {}, 0};
    auto prepared = fold.preparation.fit(table, rows_at(target, split.train));
    if (prepared.features.rows == 0)
        throw DataError("the recipe removes every row of a training part: use fewer or weaker steps");
    fold.train = std::move(prepared.features);
    fold.train_rows = std::move(prepared.rows);
    fold.is_number = numbers_among(fold.train);
    for (const auto row : fold.train_rows) fold.targets.push_back(value_of(target, row));
    const auto test_rows = rows_at(target, split.test);
    fold.test = fold.preparation.apply(table, test_rows);
    for (const auto row : test_rows) fold.test_targets.push_back(value_of(target, row));
    if (target.is_classification && settings.smote) oversample(fold, settings.seed);
    if (target.is_classification && settings.class_weights) {
        fold.weights = balanced_weights(fold.targets, target.classes());
    }
    return fold;
}

Fitted fit_model(const ModelKind& kind, const PreparedFold& fold, const tables::Table& table, const Target& target,
                 const tables::Split& split, const FitSettings& settings) {
    Fitted fitted{fit_once(kind, fold, target, settings), settings.threshold.value};
    if (settings.threshold.kind != ThresholdRule::Kind::fixed) {
        fitted.threshold = chosen_threshold(kind, table, target, split, settings);
    }
    return fitted;
}

}  // namespace cellwise::customers
