#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cellwise::trees {

/// One binary tree. Node 0 is the root; a split's left child follows it, for values up to the threshold.
struct DecisionTree {
    std::size_t outputs = 1;
    std::vector<std::int32_t> feature;  ///< [nodes], −1 for a leaf
    std::vector<float> threshold;       ///< [nodes]
    std::vector<std::int32_t> right;    ///< [nodes], the right child
    std::vector<double> cover;          ///< [nodes], the weight of the training rows that came by
    std::vector<double> values;         ///< [nodes, outputs]: the mean of their targets

    [[nodiscard]] std::size_t size() const { return feature.size(); }
    [[nodiscard]] bool is_leaf(std::size_t node) const { return feature[node] < 0; }
    /// Where a row of features goes on from a split.
    [[nodiscard]] std::size_t child(std::size_t node, std::span<const double> row) const {
        const bool goes_left = static_cast<float>(row[static_cast<std::size_t>(feature[node])]) <= threshold[node];
        return goes_left ? node + 1 : static_cast<std::size_t>(right[node]);
    }
    [[nodiscard]] std::size_t leaf(std::span<const double> row) const {
        std::size_t node = 0;
        while (!is_leaf(node)) node = child(node, row);
        return node;
    }
    [[nodiscard]] std::span<const double> value(std::size_t node) const {
        return std::span(values).subspan(node * outputs, outputs);
    }
};

/// Adds the tree's Shapley values for one row to `contributions` [outputs, columns + 1] (the last column: the base),
/// multiplied by `scale`. TreeSHAP, algorithm 2 of Lundberg, Erion and Lee (arXiv 1802.03888).
void add_contributions(const DecisionTree& tree, std::span<const double> row, double scale,
                       std::span<double> contributions);

}  // namespace cellwise::trees
