#include <cassert>

#include "trees/decision_tree.h"

namespace cellwise::trees {
namespace {

/// A feature on the way to a node: the share of training rows that go the same way where it is unknown (zero), whether
/// the row goes that way where it is known (one), and the weight of the subsets of that many known features.
struct PathFeature {
    std::int32_t feature = -1;
    double zero = 1, one = 1;
    double weight = 0;
};

/// The paper's m: distinct features from the root to a node, the first stands for the root.
class Path {
public:
    void extend(std::int32_t feature, double zero, double one) {
        const auto length = features_.size();
        features_.push_back({feature, zero, one, length == 0 ? 1.0 : 0.0});
        const auto whole = static_cast<double>(length + 1);
        for (std::size_t i = length; i-- > 0;) {
            features_[i + 1].weight += one * features_[i].weight * static_cast<double>(i + 1) / whole;
            features_[i].weight *= zero * static_cast<double>(length - i) / whole;
        }
    }

    /// Undoes extend() for the feature at `index`.
    void unwind(std::size_t index) {
        const auto last = features_.size() - 1;
        const auto [feature, zero, one, weight] = features_[index];
        const auto whole = static_cast<double>(last + 1);
        double next = features_[last].weight;
        for (std::size_t i = last; i-- > 0;) {
            auto& current = features_[i].weight;
            const double behind = static_cast<double>(last - i) / whole;
            if (one != 0) {
                const double former = current;
                current = next * whole / (static_cast<double>(i + 1) * one);
                next = former - current * zero * behind;
            } else {
                current /= zero * behind;
            }
        }
        for (std::size_t i = index; i < last; ++i) {
            features_[i].feature = features_[i + 1].feature;
            features_[i].zero = features_[i + 1].zero;
            features_[i].one = features_[i + 1].one;
        }
        features_.pop_back();
    }

    /// The sum of the weights that unwind(index) would leave.
    [[nodiscard]] double unwound_sum(std::size_t index) const {
        const auto last = features_.size() - 1;
        const auto& [feature, zero, one, weight] = features_[index];
        const auto whole = static_cast<double>(last + 1);
        double next = features_[last].weight, sum = 0;
        for (std::size_t i = last; i-- > 0;) {
            const double behind = static_cast<double>(last - i) / whole;
            if (one != 0) {
                const double unwound = next * whole / (static_cast<double>(i + 1) * one);
                sum += unwound;
                next = features_[i].weight - unwound * zero * behind;
            } else {
                sum += features_[i].weight / (zero * behind);
            }
        }
        return sum;
    }

    [[nodiscard]] std::size_t size() const { return features_.size(); }
    [[nodiscard]] const PathFeature& operator[](std::size_t index) const { return features_[index]; }
    /// The place of a feature, or 0 (the root's) where it is not on the path.
    [[nodiscard]] std::size_t find(std::int32_t feature) const {
        for (std::size_t i = 1; i < features_.size(); ++i) {
            if (features_[i].feature == feature) return i;
        }
        return 0;
    }

private:
    std::vector<PathFeature> features_;
};

class Walk {
public:
    Walk(const DecisionTree& tree, std::span<const double> row, double scale, std::span<double> contributions)
        : tree_(tree),
          row_(row),
          scale_(scale),
          contributions_(contributions),
          stride_(contributions.size() / tree.outputs) {}

    void visit(std::size_t node, Path path, std::int32_t feature, double zero, double one) {
        path.extend(feature, zero, one);
        if (tree_.is_leaf(node)) return settle(node, path);
        const auto split = tree_.feature[node];
        double split_zero = 1, split_one = 1;
        if (const auto known = path.find(split); known != 0) {
            split_zero = path[known].zero;
            split_one = path[known].one;
            path.unwind(known);
        }
        const auto hot = tree_.child(node, row_);
        const auto cold = hot == node + 1 ? static_cast<std::size_t>(tree_.right[node]) : node + 1;
        visit(hot, path, split, split_zero * tree_.cover[hot] / tree_.cover[node], split_one);
        visit(cold, std::move(path), split, split_zero * tree_.cover[cold] / tree_.cover[node], 0);
    }

private:
    void settle(std::size_t leaf, const Path& path) {
        for (std::size_t i = 1; i < path.size(); ++i) {
            const double weight = path.unwound_sum(i) * (path[i].one - path[i].zero) * scale_;
            const auto column = static_cast<std::size_t>(path[i].feature);
            for (std::size_t output = 0; output < tree_.outputs; ++output) {
                contributions_[output * stride_ + column] += weight * tree_.value(leaf)[output];
            }
        }
    }

    const DecisionTree& tree_;
    std::span<const double> row_;
    double scale_;
    std::span<double> contributions_;
    std::size_t stride_;
};

}  // namespace

void add_contributions(const DecisionTree& tree, std::span<const double> row, double scale,
                       std::span<double> contributions) {
    assert(contributions.size() == tree.outputs * (row.size() + 1));
    Walk(tree, row, scale, contributions).visit(0, {}, -1, 1, 1);
    // A node's value is its rows' mean, so the root's is what is expected of a row nothing is known of.
    for (std::size_t output = 0; output < tree.outputs; ++output) {
        contributions[output * (row.size() + 1) + row.size()] += scale * tree.value(0)[output];
    }
}

}  // namespace cellwise::trees
