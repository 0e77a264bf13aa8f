#include "trees/split_search.h"

#include <algorithm>

namespace cellwise::trees {
namespace {

/// Counting costs rows + distinct, sorting rows·log₂(rows).
bool is_counted(std::size_t rows, std::size_t distinct) { return distinct <= 8 * rows; }

}  // namespace

SplitSearch::SplitSearch(const RankedFeatures& features, std::span<const double> targets, std::size_t outputs,
                         std::span<const DrawnRow> by_row, std::size_t min_samples_leaf)
    : features_(features),
      targets_(targets),
      outputs_(outputs),
      by_row_(by_row),
      min_samples_leaf_(min_samples_leaf),
      left_(outputs) {}

bool SplitSearch::look_at(const NodeRows& node, std::size_t column, Split& best) {
    const auto ranks = features_.ranks(column);
    const auto distinct = features_.distinct(column).size();
    if (distinct < 2) return false;
    if (outputs_ == 1) {
        return distinct == 2 ? look_at_pair(node, column, ranks, best) : look_at_single(node, column, ranks, best);
    }
    if (is_counted(node.rows.size(), distinct)) {
        count_outputs(node, ranks, distinct);
    } else {
        sort_outputs(node, ranks);
    }
    if (present_.size() < 2) return false;
    scan_outputs(node, column, best);
    return true;
}

/// One output, and a column of two values, as most levels of categories are: no place in memory is needed.
bool SplitSearch::look_at_pair(const NodeRows& node, std::size_t column, std::span<const std::uint32_t> ranks,
                               Split& best) {
    // Multiplied by 0 or 1, as a branch would be foretold wrongly half of the time; the sums are the same.
    constexpr double share_of_left[2] = {1, 0};
    Sums left;
    for (const auto& row : node.rows) {
        const auto rank = ranks[row.row];
        left.weight += share_of_left[rank] * row.weight;
        left.target += share_of_left[rank] * row.weighted;
        left.drawn += (1 - rank) * row.drawn;
    }
    if (left.drawn == 0 || left.drawn == node.drawn) return false;
    consider(node, column, left, 0, 1, best);
    return true;
}

/// One output.
bool SplitSearch::look_at_single(const NodeRows& node, std::size_t column, std::span<const std::uint32_t> ranks,
                                 Split& best) {
    Sums left;
    std::size_t present = 0;
    std::uint32_t last = 0;
    // The cut before each rank that is there, but for the first.
    const auto take = [&](std::uint32_t rank, const Sums& sums) {
        if (present++ > 0) consider(node, column, left, last, rank, best);
        left.weight += sums.weight;
        left.target += sums.target;
        left.drawn += sums.drawn;
        last = rank;
    };
    const auto distinct = features_.distinct(column).size();
    if (is_counted(node.rows.size(), distinct)) {
        places_.assign(distinct, {});
        for (const auto& row : node.rows) {
            auto& place = places_[ranks[row.row]];
            place.weight += row.weight;
            place.target += row.weighted;
            place.drawn += row.drawn;
        }
        for (std::size_t rank = 0; rank < distinct; ++rank) {
            if (places_[rank].drawn > 0) take(static_cast<std::uint32_t>(rank), places_[rank]);
        }
        return present > 1;
    }
    sort(node, ranks);
    for (std::size_t i = 0; i < sorted_.size();) {
        const auto rank = sorted_[i] >> 32U;
        Sums sums;
        for (; i < sorted_.size() && sorted_[i] >> 32U == rank; ++i) {
            const auto& row = by_row_[static_cast<std::uint32_t>(sorted_[i])];
            sums.weight += row.weight;
            sums.target += row.weighted;
            sums.drawn += row.drawn;
        }
        take(static_cast<std::uint32_t>(rank), sums);
    }
    return present > 1;
}

/// Fills sorted_ with the node's rows, by rank and then by row.
void SplitSearch::sort(const NodeRows& node, std::span<const std::uint32_t> ranks) {
    sorted_.clear();
    for (const auto& row : node.rows) sorted_.push_back((std::uint64_t{ranks[row.row]} << 32U) | row.row);
    std::sort(sorted_.begin(), sorted_.end());
}

void SplitSearch::consider(const NodeRows& node, std::size_t column, const Sums& left, std::uint32_t last_left,
                           std::uint32_t first_right, Split& best) const {
    if (left.drawn < min_samples_leaf_ || node.drawn - left.drawn < min_samples_leaf_) return;
    const double right = node.target_sums[0] - left.target;
    const double score = left.target * left.target / left.weight + right * right / (node.weight - left.weight);
    if (score > best.score) best = {column, last_left, first_right, score};
}

/// Fills present_ and sums_ with the node's ranks, upwards, by a place for each rank.
void SplitSearch::count_outputs(const NodeRows& node, std::span<const std::uint32_t> ranks, std::size_t distinct) {
    places_.assign(distinct, {});
    place_targets_.assign(distinct * outputs_, 0);
    for (const auto& row : node.rows) add(places_, place_targets_, ranks[row.row], row);
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
void SplitSearch::sort_outputs(const NodeRows& node, std::span<const std::uint32_t> ranks) {
    sort(node, ranks);
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
        add(sums_, sum_targets_, present_.size() - 1, by_row_[static_cast<std::uint32_t>(key)]);
    }
}

void SplitSearch::add(std::vector<Sums>& sums, std::vector<double>& target_sums, std::size_t place,
                      const DrawnRow& row) const {
    sums[place].weight += row.weight;
    sums[place].drawn += row.drawn;
    for (std::size_t k = 0; k < outputs_; ++k) {
        target_sums[place * outputs_ + k] += row.weight * targets_[row.row * outputs_ + k];
    }
}

void SplitSearch::scan_outputs(const NodeRows& node, std::size_t column, Split& best) {
    std::fill(left_.begin(), left_.end(), 0);
    Sums left;
    for (std::size_t i = 0; i + 1 < present_.size(); ++i) {
        left.weight += sums_[i].weight;
        left.drawn += sums_[i].drawn;
        double score_left = 0, score_right = 0;
        for (std::size_t k = 0; k < outputs_; ++k) {
            left_[k] += sum_targets_[i * outputs_ + k];
            const double right = node.target_sums[k] - left_[k];
            score_left += left_[k] * left_[k];
            score_right += right * right;
        }
        if (left.drawn < min_samples_leaf_ || node.drawn - left.drawn < min_samples_leaf_) continue;
        const double score = score_left / left.weight + score_right / (node.weight - left.weight);
        if (score > best.score) best = {column, present_[i], present_[i + 1], score};
    }
}

}  // namespace cellwise::trees
