#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trees/tree_growth.h"

namespace cellwise::trees {

/// A row that was drawn for a tree, with what a search reads of it side by side.
struct DrawnRow {
    double weight = 0;    ///< as often as it was drawn
    double weighted = 0;  ///< weight × target, where there is one output
    double target = 0;    ///< likewise
    std::uint32_t row = 0, drawn = 0;
};

/// Where a node is cut in two. `score` is Σ(sum²/weight) of both sides: the larger, the smaller the squared error.
struct Split {
    std::size_t column = 0;
    std::uint32_t last_left = 0;  ///< the highest rank on the left
    std::uint32_t first_right = 0;
    double score = -1;
};

/// A node's rows, and what they add up to.
struct NodeRows {
    std::span<const DrawnRow> rows;
    double weight = 0;
    std::uint64_t drawn = 0;              ///< each row as often as it was drawn
    std::span<const double> target_sums;  ///< [outputs], weighted
};

/// Looks for a node's best cut, column by column. Keeps its memory from one column to the next.
class SplitSearch {
public:
    /// All must outlive the search. targets: [rows, outputs]. by_row: [rows], a DrawnRow for each row of the features.
    SplitSearch(const RankedFeatures& features, std::span<const double> targets, std::size_t outputs,
                std::span<const DrawnRow> by_row, std::size_t min_samples_leaf);

    /// Whether the column varies in the node; `best` becomes its best cut where that is better.
    bool look_at(const NodeRows& node, std::size_t column, Split& best);

private:
    /// Weight, weighted target (of one output) and draws of the rows with one rank.
    struct Sums {
        double weight = 0, target = 0;
        std::uint64_t drawn = 0;
    };

    bool look_at_pair(const NodeRows& node, std::size_t column, std::span<const std::uint32_t> ranks, Split& best);
    bool look_at_single(const NodeRows& node, std::size_t column, std::span<const std::uint32_t> ranks, Split& best);
    void sort(const NodeRows& node, std::span<const std::uint32_t> ranks);
    void consider(const NodeRows& node, std::size_t column, const Sums& left, std::uint32_t last_left,
                  std::uint32_t first_right, Split& best) const;
    void count_outputs(const NodeRows& node, std::span<const std::uint32_t> ranks, std::size_t distinct);
    void sort_outputs(const NodeRows& node, std::span<const std::uint32_t> ranks);
    void add(std::vector<Sums>& sums, std::vector<double>& target_sums, std::size_t place, const DrawnRow& row) const;
    void scan_outputs(const NodeRows& node, std::size_t column, Split& best);

    const RankedFeatures& features_;
    std::span<const double> targets_;
    std::size_t outputs_;
    std::span<const DrawnRow> by_row_;
    std::size_t min_samples_leaf_;
    std::vector<Sums> places_;           ///< by rank
    std::vector<std::uint64_t> sorted_;  ///< rank and row
    // Of several outputs: the ranks that are there, upwards, and the sums of each.
    std::vector<std::uint32_t> present_;
    std::vector<Sums> sums_;
    std::vector<double> sum_targets_, place_targets_, left_;
};

}  // namespace cellwise::trees
