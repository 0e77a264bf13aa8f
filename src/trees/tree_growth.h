#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"
#include "trees/decision_tree.h"
#include "trees/forest.h"

namespace cellwise::trees {

/// The features by columns, as places in the sorted list of each column's distinct values. Shared by a forest's trees.
class RankedFeatures {
public:
    /// Throws DataError for a NaN.
    explicit RankedFeatures(const MatrixView& features);

    [[nodiscard]] std::size_t rows() const { return rows_; }
    [[nodiscard]] std::size_t columns() const { return distinct_.size(); }
    [[nodiscard]] std::span<const std::uint32_t> ranks(std::size_t column) const {
        return std::span(ranks_).subspan(column * rows_, rows_);
    }
    /// Ascending.
    [[nodiscard]] const std::vector<float>& distinct(std::size_t column) const { return distinct_[column]; }

private:
    std::size_t rows_ = 0;
    std::vector<std::uint32_t> ranks_;  // [columns, rows]
    std::vector<std::vector<float>> distinct_;
};

/// A grown tree with what each feature's splits gained: the fall of (weighted) squared error, per unit of weight.
struct GrownTree {
    DecisionTree tree;
    std::vector<double> gains;  ///< [columns]
};

/// targets: [rows, outputs], the number or a 1 in the class's place. weights: [rows], 0 for rows that were not drawn.
/// features_at_node: how many features a node looks at.
[[nodiscard]] GrownTree grow_tree(const RankedFeatures& features, std::span<const double> targets, std::size_t outputs,
                                  std::span<const double> weights, std::span<const std::uint32_t> draws,
                                  std::size_t features_at_node, const ForestOptions& options, Random& random);

}  // namespace cellwise::trees
