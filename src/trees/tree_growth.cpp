#include "trees/tree_growth.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "core/error.h"

namespace cellwise::trees {
namespace {

/// Weight and weighted sums of some rows' targets.
struct Sums {
    double weight = 0;
    std::uint64_t drawn = 0;  ///< rows, each as often as it was drawn
};

/// Where a node is cut in two. `score` is Σ(sum²/weight) of both sides: the larger, the smaller the squared error.
struct Split {
    std::size_t column = 0;
    std::uint32_t last_left = 0;  ///< the highest rank on the left
    std::uint32_t first_right = 0;
    double score = -1;
};

struct Node {
    std::size_t begin = 0, end = 0;  ///< of the rows in order_
    std::size_t depth = 0;
    std::int32_t parent = -1;  ///< whose right child it is
};

class Growth {
public:
    Growth(const RankedFeatures& features, std::span<const double> targets, std::size_t outputs,
           std::span<const double> weights, std::span<const std::uint32_t> draws, std::size_t features_at_node,
           const ForestOptions& options, Random& random)
        : features_(features),
          targets_(targets),
          outputs_(outputs),
          weights_(weights),
          draws_(draws),
          features_at_node_(features_at_node),
          options_(options),
          random_(random),
          drawn_columns_(features.columns()),
          left_(outputs),
          all_(outputs) {
        std::iota(drawn_columns_.begin(), drawn_columns_.end(), std::size_t{0});
        for (std::uint32_t row = 0; row < features.rows(); ++row) {
            if (draws[row] > 0) order_.push_back(row);
        }
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
            const Split split = best_split(node);
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
    /// Appends the node as a leaf; node_sums_ and all_ are then the node's.
    std::size_t add_node(const Node& node) {
        auto& tree = grown_.tree;
        const auto index = tree.size();
        if (node.parent >= 0) tree.right[static_cast<std::size_t>(node.parent)] = static_cast<std::int32_t>(index);
        node_sums_ = {};
        std::fill(all_.begin(), all_.end(), 0);
        for (std::size_t i = node.begin; i < node.end; ++i) {
            const auto row = order_[i];
            node_sums_.weight += weights_[row];
            node_sums_.drawn += draws_[row];
            for (std::size_t k = 0; k < outputs_; ++k) all_[k] += weights_[row] * targets_[row * outputs_ + k];
        }
        tree.feature.push_back(-1);
        tree.threshold.push_back(0);
        tree.right.push_back(0);
        tree.cover.push_back(node_sums_.weight);
        for (const double sum : all_) tree.values.push_back(sum / node_sums_.weight);
        return index;
    }

    [[nodiscard]] bool is_leaf(const Node& node) const {
        if (options_.max_depth > 0 && node.depth >= options_.max_depth) return true;
        if (node_sums_.drawn < std::max<std::size_t>(options_.min_samples_split, 2)) return true;
        if (node_sums_.drawn < 2 * options_.min_samples_leaf) return true;
        const auto first = target(order_[node.begin]);
        for (std::size_t i = node.begin + 1; i < node.end; ++i) {
            const auto other = target(order_[i]);
            if (!std::equal(first.begin(), first.end(), other.begin())) return false;
        }
        return true;  // pure
    }

    [[nodiscard]] std::span<const double> target(std::uint32_t row) const {
        return targets_.subspan(row * outputs_, outputs_);
    }

    /// Draws features without replacement until enough were looked at, one of which at least varies in the node.
    Split best_split(const Node& node) {
        Split best;
        bool found = false;
        const auto columns = drawn_columns_.size();
        for (std::size_t drawn = 0; drawn < columns && (drawn < features_at_node_ || !found); ++drawn) {
            const auto other = drawn + static_cast<std::size_t>(random_.below(columns - drawn));
            std::swap(drawn_columns_[drawn], drawn_columns_[other]);
            found = look_at(node, drawn_columns_[drawn], best) || found;
        }
        return best;
    }

    /// Whether the column varies in the node; `best` becomes its best cut where that is better.
    bool look_at(const Node& node, std::size_t column, Split& best) {
        const auto ranks = features_.ranks(column);
        const auto distinct = features_.distinct(column).size();
        if (distinct < 2) return false;
        const auto rows = node.end - node.begin;
        // Counting costs rows + distinct, sorting rows·log₂(rows).
        if (distinct <= 8 * rows) {
            count(node, ranks, distinct);
        } else {
            sort(node, ranks);
        }
        if (present_.size() < 2) return false;
        scan(column, best);
        return true;
    }

    /// Fills present_ and sums_ with the node's ranks, upwards, by a place for each rank.
    void count(const Node& node, std::span<const std::uint32_t> ranks, std::size_t distinct) {
        places_.assign(distinct, {});
        place_targets_.assign(distinct * outputs_, 0);
        for (std::size_t i = node.begin; i < node.end; ++i) add(places_, place_targets_, ranks[order_[i]], order_[i]);
        present_.clear();
        sums_.clear();
        sum_targets_.clear();
        for (std::size_t rank = 0; rank < distinct; ++rank) {
            if (places_[rank].drawn == 0) continue;
            present_.push_back(static_cast<std::uint32_t>(rank));
            sums_.push_back(places_[rank]);
            const auto begin = place_targets_.begin() + static_cast<std::ptrdiff_t>(rank * outputs_);
            sum_targets_.insert(sum_targets_.end(), begin, begin + static_cast<std::ptrdiff_t>(outputs_));
        }
    }

    /// The same by sorting the node's rows.
    void sort(const Node& node, std::span<const std::uint32_t> ranks) {
        sorted_.clear();
        for (std::size_t i = node.begin; i < node.end; ++i) {
            sorted_.push_back((std::uint64_t{ranks[order_[i]]} << 32U) | order_[i]);
        }
        std::sort(sorted_.begin(), sorted_.end());
        present_.clear();
        sums_.clear();
        sum_targets_.clear();
        for (const auto key : sorted_) {
            const auto rank = static_cast<std::uint32_t>(key >> 32U);
            if (present_.empty() || present_.back() != rank) {
                present_.push_back(rank);
                sums_.push_back({});
                sum_targets_.resize(sum_targets_.size() + outputs_, 0);
            }
            add(sums_, sum_targets_, present_.size() - 1, static_cast<std::uint32_t>(key));
        }
    }

    void add(std::vector<Sums>& sums, std::vector<double>& target_sums, std::size_t place, std::uint32_t row) const {
        sums[place].weight += weights_[row];
        sums[place].drawn += draws_[row];
        for (std::size_t k = 0; k < outputs_; ++k) {
            target_sums[place * outputs_ + k] += weights_[row] * targets_[row * outputs_ + k];
        }
    }

    void scan(std::size_t column, Split& best) {
        std::fill(left_.begin(), left_.end(), 0);
        Sums left;
        for (std::size_t i = 0; i + 1 < present_.size(); ++i) {
            left.weight += sums_[i].weight;
            left.drawn += sums_[i].drawn;
            double score_left = 0, score_right = 0;
            for (std::size_t k = 0; k < outputs_; ++k) {
                left_[k] += sum_targets_[i * outputs_ + k];
                const double right = all_[k] - left_[k];
                score_left += left_[k] * left_[k];
                score_right += right * right;
            }
            if (left.drawn < options_.min_samples_leaf || node_sums_.drawn - left.drawn < options_.min_samples_leaf) {
                continue;
            }
            const double score = score_left / left.weight + score_right / (node_sums_.weight - left.weight);
            if (score > best.score) best = {column, present_[i], present_[i + 1], score};
        }
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
        for (const double sum : all_) before += sum * sum / node_sums_.weight;
        grown_.gains[split.column] += std::max(0.0, split.score - before);
        const auto ranks = features_.ranks(split.column);
        const auto begin = order_.begin() + static_cast<std::ptrdiff_t>(node.begin);
        const auto end = order_.begin() + static_cast<std::ptrdiff_t>(node.end);
        const auto middle = std::partition(begin, end, [&](auto row) { return ranks[row] <= split.last_left; });
        assert(middle != begin && middle != end);
        return static_cast<std::size_t>(middle - order_.begin());
    }

    const RankedFeatures& features_;
    std::span<const double> targets_;
    std::size_t outputs_;
    std::span<const double> weights_;
    std::span<const std::uint32_t> draws_;
    std::size_t features_at_node_;
    const ForestOptions& options_;
    Random& random_;
    GrownTree grown_;
    std::vector<std::uint32_t> order_;  // the drawn rows; a node's stand together
    std::vector<std::size_t> drawn_columns_;
    Sums node_sums_;
    std::vector<double> left_, all_;  // [outputs], of the node
    // Of the column that is looked at: its ranks in the node, upwards, and the sums of each.
    std::vector<std::uint32_t> present_;
    std::vector<Sums> sums_, places_;
    std::vector<double> sum_targets_, place_targets_;
    std::vector<std::uint64_t> sorted_;
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
