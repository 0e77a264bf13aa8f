#include "trees/tree_growth.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <numeric>

#include "core/error.h"
#include "trees/split_search.h"

namespace cellwise::trees {
namespace {

struct Node {
    std::size_t begin = 0, end = 0;  ///< of the rows in order_
    std::size_t depth = 0;
    std::int32_t parent = -1;  ///< whose right child it is
};

/// Each row with how often it was drawn and what it weighs.
std::vector<DrawnRow> drawn_rows(std::span<const double> targets, std::size_t outputs, std::span<const double> weights,
                                 std::span<const std::uint32_t> draws) {
    std::vector<DrawnRow> rows(draws.size());
    for (std::uint32_t row = 0; row < draws.size(); ++row) {
        const double target = outputs == 1 ? targets[row] : 0;
        rows[row] = {weights[row], weights[row] * target, target, row, draws[row]};
    }
    return rows;
}

class Growth {
public:
    Growth(const RankedFeatures& features, std::span<const double> targets, std::size_t outputs,
           std::span<const double> weights, std::span<const std::uint32_t> draws, std::size_t features_at_node,
           const ForestOptions& options, Random& random)
        : features_(features),
          targets_(targets),
          outputs_(outputs),
          features_at_node_(features_at_node),
          options_(options),
          random_(random),
          by_row_(drawn_rows(targets, outputs, weights, draws)),
          search_(features, targets, outputs, by_row_, options.min_samples_leaf),
          drawn_columns_(features.columns()),
          target_sums_(outputs) {
        std::iota(drawn_columns_.begin(), drawn_columns_.end(), std::size_t{0});
        std::copy_if(by_row_.begin(), by_row_.end(), std::back_inserter(order_),
                     [](const DrawnRow& row) { return row.drawn > 0; });
        grown_.tree.outputs = outputs;
        grown_.gains.assign(features.columns(), 0);
    }

    GrownTree run() {
        // The left child is taken up first, so that it follows its parent.
        std::vector<Node> open{{0, order_.size(), 0, -1}};
        while (!open.empty()) {
            const Node node = open.back();
            open.pop_back();
            const auto index = add_node(node);
            if (is_leaf(node)) continue;
            const Split split = best_split();
            if (split.score < 0) continue;
            const auto middle = cut(node, split, index);
            open.push_back({middle, node.end, node.depth + 1, static_cast<std::int32_t>(index)});
            open.push_back({node.begin, middle, node.depth + 1, -1});
        }
        const double whole = grown_.tree.cover[0];
        for (auto& gain : grown_.gains) gain /= whole;
        return std::move(grown_);
    }

private:
    /// Appends the node as a leaf; sums_ and target_sums_ are then the node's.
    std::size_t add_node(const Node& node) {
        auto& tree = grown_.tree;
        const auto index = tree.size();
        if (node.parent >= 0) tree.right[static_cast<std::size_t>(node.parent)] = static_cast<std::int32_t>(index);
        std::fill(target_sums_.begin(), target_sums_.end(), 0);
        sums_ = {rows_of(node), 0, 0, target_sums_};
        for (const auto& row : sums_.rows) {
            sums_.weight += row.weight;
            sums_.drawn += row.drawn;
            if (outputs_ == 1) {
                target_sums_[0] += row.weighted;
                continue;
            }
            for (std::size_t k = 0; k < outputs_; ++k) target_sums_[k] += row.weight * target(row)[k];
        }
        tree.feature.push_back(-1);
        tree.threshold.push_back(0);
        tree.right.push_back(0);
        tree.cover.push_back(sums_.weight);
        for (const double sum : target_sums_) tree.values.push_back(sum / sums_.weight);
        return index;
    }

    [[nodiscard]] std::span<const DrawnRow> rows_of(const Node& node) const {
        return std::span(order_).subspan(node.begin, node.end - node.begin);
    }

    [[nodiscard]] bool is_leaf(const Node& node) const {
        if (options_.max_depth > 0 && node.depth >= options_.max_depth) return true;
        if (sums_.drawn < std::max<std::size_t>(options_.min_samples_split, 2)) return true;
        if (sums_.drawn < 2 * options_.min_samples_leaf) return true;
        const auto& first = sums_.rows.front();
        return std::all_of(sums_.rows.begin(), sums_.rows.end(), [&](const DrawnRow& row) {
            if (outputs_ == 1) return row.target == first.target;
            return std::equal(target(row).begin(), target(row).end(), target(first).begin());
        });
    }

    [[nodiscard]] std::span<const double> target(const DrawnRow& row) const {
        return targets_.subspan(row.row * outputs_, outputs_);
    }

    /// Draws features without replacement until enough were looked at, one of which at least varies in the node.
    Split best_split() {
        Split best;
        bool found = false;
        const auto columns = drawn_columns_.size();
        for (std::size_t drawn = 0; drawn < columns && (drawn < features_at_node_ || !found); ++drawn) {
            const auto other = drawn + static_cast<std::size_t>(random_.below(columns - drawn));
            std::swap(drawn_columns_[drawn], drawn_columns_[other]);
            found = search_.look_at(sums_, drawn_columns_[drawn], best) || found;
        }
        return best;
    }

    /// Makes the node a split and parts its rows. Returns where the right side begins.
    std::size_t cut(const Node& node, const Split& split, std::size_t index) {
        const auto& distinct = features_.distinct(split.column);
        const float low = distinct[split.last_left], high = distinct[split.first_right];
        float threshold = low + (high - low) / 2;
        if (!(threshold < high)) threshold = low;  // rounded up, or beyond the largest number
        grown_.tree.feature[index] = static_cast<std::int32_t>(split.column);
        grown_.tree.threshold[index] = threshold;
        double before = 0;
        for (const double sum : target_sums_) before += sum * sum / sums_.weight;
        grown_.gains[split.column] += std::max(0.0, split.score - before);
        const auto ranks = features_.ranks(split.column);
        const auto begin = order_.begin() + static_cast<std::ptrdiff_t>(node.begin);
        const auto end = order_.begin() + static_cast<std::ptrdiff_t>(node.end);
        const auto middle =
            std::partition(begin, end, [&](const DrawnRow& row) { return ranks[row.row] <= split.last_left; });
        assert(middle != begin && middle != end);
        return static_cast<std::size_t>(middle - order_.begin());
    }

    const RankedFeatures& features_;
    std::span<const double> targets_;
    std::size_t outputs_;
    std::size_t features_at_node_;
    const ForestOptions& options_;
    Random& random_;
    std::vector<DrawnRow> by_row_;
    SplitSearch search_;
    GrownTree grown_;
    std::vector<DrawnRow> order_;  // those that were drawn; a node's stand together
    std::vector<std::size_t> drawn_columns_;
    NodeRows sums_;  // of the node
    std::vector<double> target_sums_;
};

}  // namespace

RankedFeatures::RankedFeatures(const MatrixView& features) : rows_(features.rows) {
    ranks_.resize(features.rows * features.columns);
    distinct_.resize(features.columns);
    for (std::size_t column = 0; column < features.columns; ++column) {
        auto& distinct = distinct_[column];
        distinct.resize(rows_);
        for (std::size_t row = 0; row < rows_; ++row) distinct[row] = static_cast<float>(features.at(row, column));
        if (std::any_of(distinct.begin(), distinct.end(), [](float value) { return std::isnan(value); })) {
            throw DataError("the random forest needs features without missing values: fill them first (--missing)");
        }
        const auto values = distinct;
        std::sort(distinct.begin(), distinct.end());
        distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
        for (std::size_t row = 0; row < rows_; ++row) {
            const auto place = std::lower_bound(distinct.begin(), distinct.end(), values[row]) - distinct.begin();
            ranks_[column * rows_ + row] = static_cast<std::uint32_t>(place);
        }
    }
}

GrownTree grow_tree(const RankedFeatures& features, std::span<const double> targets, std::size_t outputs,
                    std::span<const double> weights, std::span<const std::uint32_t> draws, std::size_t features_at_node,
                    const ForestOptions& options, Random& random) {
    return Growth(features, targets, outputs, weights, draws, features_at_node, options, random).run();
}

}  // namespace cellwise::trees
