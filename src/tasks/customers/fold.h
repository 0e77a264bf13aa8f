#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "data/tables/features.h"
#include "data/tables/preparation.h"
#include "data/tables/recipe.h"
#include "data/tables/splits.h"
#include "tasks/customers/model.h"
#include "tasks/customers/target.h"
#include "tasks/customers/threshold.h"

namespace cellwise::customers {

/// How customers are split, prepared and fitted.
struct FitSettings {
    double test_share = 0.2;  ///< of the notes' split
    std::uint64_t seed = 42;  ///< of splits, folds, SMOTE and models
    bool stratify = false;    ///< the notes' split; folds of labels always are
    bool smote = false;
    bool class_weights = false;  ///< n / (classes · n of the class), scikit-learn's "balanced"
    ThresholdRule threshold;
    tables::Recipe recipe;
    std::vector<std::string> leave_out;            ///< columns that are no features, beside the target
    std::map<std::string, Parameters> parameters;  ///< by the model's name
    StopToken stop = {};                           ///< asked between two fits: Interrupted is thrown then
};

/// A split with everything that was learned from its training part, and both parts as models read them.
struct PreparedFold {
    tables::Preparation preparation;
    tables::FeatureMatrix train;
    std::vector<std::uint8_t> is_number;   ///< [columns]
    std::vector<double> targets, weights;  ///< [train.rows]; weights empty: all the same
    std::vector<std::int64_t> train_rows;  ///< of the table, without SMOTE's
    tables::FeatureMatrix test;
    std::vector<double> test_targets;
    std::int64_t made_up = 0;  ///< SMOTE's rows
};

/// The notes' split: positions in target.rows.
[[nodiscard]] tables::Split notes_split(const Target& target, const FitSettings& settings);

/// The same target with the given positions alone, in ascending order.
[[nodiscard]] Target part_of(const Target& target, const std::vector<std::int64_t>& positions);

/// `repeats` × `folds` splits, stratified for labels.
[[nodiscard]] std::vector<tables::Split> cross_validation_splits(const Target& target, std::int64_t folds,
                                                                 std::int64_t repeats, std::uint64_t seed);

/// Learns the recipe, the features and SMOTE from the training part alone. `split` has positions in target.rows. Throws
/// DataError if the recipe leaves no row or no feature, or a class too small for SMOTE.
[[nodiscard]] PreparedFold prepare_fold(const tables::Table& table, const Target& target, const tables::Split& split,
                                        const FitSettings& settings);

/// A model with the threshold that goes with it.
struct Fitted {
    std::unique_ptr<Model> model;
    double threshold = 0.5;
};

/// Fits a model on a fold's training part. A threshold that is chosen comes from three inner folds of that part, each
/// prepared anew: `split` is the fold's.
[[nodiscard]] Fitted fit_model(const ModelKind& kind, const PreparedFold& fold, const tables::Table& table,
                               const Target& target, const tables::Split& split, const FitSettings& settings);

[[nodiscard]] MatrixView view_of(const tables::FeatureMatrix& matrix);
[[nodiscard]] Objective objective_of(const Target& target);

}  // namespace cellwise::customers
