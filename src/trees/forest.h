#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "trees/tree_model.h"

namespace cellwise::trees {

/// How a random forest is grown. The defaults are scikit-learn's.
struct ForestOptions {
    std::size_t trees = 100;
    std::size_t max_depth = 0;          ///< splits from the root to a leaf at most; 0: until leaves are pure
    std::size_t min_samples_leaf = 1;   ///< drawn rows that a leaf must have at least
    std::size_t min_samples_split = 2;  ///< drawn rows below which a node is a leaf
    /// Share of the features that a node looks at; 0: √columns of them for classes, all of them for a number.
    double max_features = 0;
    bool bootstrap = true;  ///< each tree draws as many rows as there are, with replacement

    /// Throws UsageError naming the parameter.
    void validate() const;
    /// From n_estimators (or rounds), max_depth, min_samples_leaf, min_samples_split, max_features, bootstrap. Throws
    /// UsageError for other names and for values that are none.
    [[nodiscard]] static ForestOptions from(const Parameters& parameters);
};

/// The names that ForestOptions::from takes.
[[nodiscard]] std::vector<std::string> forest_parameters();

/// A random forest (Breiman, Machine Learning 45, 2001) as scikit-learn grows it: every tree from a bootstrap sample,
/// exact splits by Gini impurity or squared error among randomly drawn features, leaves that keep the classes' shares
/// or the mean, and the trees' mean as the answer. Not the same trees as scikit-learn's: the random numbers differ.
///
/// The same trees for any `threads`. Throws UsageError as ForestOptions says, DataError if a feature is missing (NaN).
[[nodiscard]] std::unique_ptr<TreeModel> train_forest(const TrainingData& data, const ForestOptions& options,
                                                      std::uint64_t seed, std::size_t threads = 1);

/// Reads TreeModel::bytes() of a forest. Throws DataError naming `origin`.
[[nodiscard]] std::unique_ptr<TreeModel> load_forest(std::string_view bytes, const std::string& origin);

}  // namespace cellwise::trees
