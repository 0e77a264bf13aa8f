#include "data/tables/number_counts.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "core/mixed_bits.h"
#include "core/radix_sort.h"
#include "data/tables/columns.h"

namespace cellwise::tables {
namespace {

/// Counts the rows of each number, in a table that finds numbers by their bits, as long as there are few.
class FewNumbers {
public:
    /// Whether it was counted: not if this would be one number too many.
    bool add(double number, std::size_t label) {
        const auto bits = std::bit_cast<std::uint64_t>(number + 0.0);  // −0 is 0
        auto slot = static_cast<std::size_t>(mixed_bits(bits) % slots);
        for (; places_[slot] >= 0; slot = (slot + 1) % slots) {
            auto& known = numbers_[static_cast<std::size_t>(places_[slot])];
            if (std::bit_cast<std::uint64_t>(known.score) != bits) continue;
            ++known.rows[label];
            return true;
        }
        if (numbers_.size() == most) return false;
        places_[slot] = static_cast<std::int16_t>(numbers_.size());
        numbers_.push_back({number + 0.0, {}});
        ++numbers_.back().rows[label];
        return true;
    }
    [[nodiscard]] std::vector<ScoreCount> take() { return std::move(numbers_); }

private:
    static constexpr std::size_t slots = 32768, most = slots / 4;
    std::vector<std::int16_t> places_ = std::vector<std::int16_t>(slots, -1);
    std::vector<ScoreCount> numbers_;
};

/// Calls use(row, number) for each row that has both a label (without labels: 0) and a number, until it returns false.
/// Whether it never did.
template <class Use>
bool for_labelled(const Column& column, std::span<const std::int8_t> labels, Use use) {
    return visit_numbers(column, [&](const auto& numbers) {
        for (std::size_t row = 0; row < numbers.size(); ++row) {
            const auto label = labels.empty() ? std::int8_t{0} : labels[row];
            const auto number = static_cast<double>(numbers[row]);
            if (label < 0 || std::isnan(number)) continue;
            if (!use(static_cast<std::size_t>(label), number)) return false;
        }
        return true;
    });
}

/// Of one or two bytes a number: each number has its place in an array.
template <class Stored>
std::vector<ScoreCount> count_narrow(std::span<const Stored> numbers, std::span<const std::int8_t> labels) {
    constexpr int lowest = std::numeric_limits<Stored>::min();  // stands for a missing number
    std::vector<std::array<std::size_t, 2>> rows(std::size_t{1} << (8 * sizeof(Stored)));
    for (std::size_t row = 0; row < numbers.size(); ++row) {
        const auto label = labels.empty() ? std::int8_t{0} : labels[row];
        if (label >= 0) ++rows[static_cast<std::size_t>(numbers[row] - lowest)][static_cast<std::size_t>(label)];
    }
    std::vector<ScoreCount> counts;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        if (rows[i][0] + rows[i][1] > 0) counts.push_back({static_cast<double>(static_cast<int>(i) + lowest), rows[i]});
    }
    return counts;
}

/// The column's distinct numbers upwards; nothing where they are many.
std::optional<std::vector<ScoreCount>> count_few(const Column& column, std::span<const std::int8_t> labels) {
    if (column.integers.empty()) {
        auto counts = column.numbers.visit([&](auto numbers) -> std::optional<std::vector<ScoreCount>> {
            if constexpr (sizeof(numbers.stored[0]) <= 2) return count_narrow(numbers.stored, labels);
            return std::nullopt;
        });
        if (counts) return counts;
    }
    FewNumbers few;
    if (!for_labelled(column, labels, [&](std::size_t label, double number) { return few.add(number, label); })) {
        return std::nullopt;
    }
    auto counts = few.take();
    std::ranges::sort(counts, {}, &ScoreCount::score);
    return counts;
}

/// Of scores upwards, each once.
std::optional<statistics::Association> area_of_ascending(std::span<const ScoreCount> scores) {
    if (scores.size() < 2) return std::nullopt;
    std::array<std::size_t, 2> all{};
    for (const auto& one : scores) {
        all[0] += one.rows[0];
        all[1] += one.rows[1];
    }
    statistics::RankedScores ranks(all[1], all[0]);
    for (const auto& one : scores) ranks.add(one.rows[1], one.rows[0]);
    return ranks.area();
}

}  // namespace

statistics::CountedValues sample_of(const Column& column) {
    statistics::CountedValues sample;
    if (const auto few = count_few(column, {})) {
        for (const auto& one : *few) {
            sample.values.push_back(one.score);
            sample.counts.push_back(one.rows[0]);
            sample.total += one.rows[0];
        }
        return sample;
    }
    std::vector<double> sorted;
    sorted.reserve(std::max(column.numbers.size(), column.integers.size()));
    for_labelled(column, {}, [&](std::size_t, double number) {
        sorted.push_back(number);
        return true;
    });
    sort_numbers(sorted);
    return statistics::counted(std::move(sorted));
}

std::optional<statistics::Association> area_of(const Column& column, std::span<const std::int8_t> labels) {
    assert(labels.size() == std::max(column.numbers.size(), column.integers.size()));
    if (const auto few = count_few(column, labels)) return area_of_ascending(*few);
    std::array<std::vector<double>, 2> sorted;
    for_labelled(column, labels, [&](std::size_t label, double number) {
        sorted[label].push_back(number);
        return true;
    });
    for (auto& one : sorted) sort_numbers(one);
    const auto& [negative, positive] = sorted;
    statistics::RankedScores ranks(positive.size(), negative.size());
    std::size_t i = 0, k = 0;
    while (i < negative.size() || k < positive.size()) {
        const double next = i == negative.size()   ? positive[k]
                            : k == positive.size() ? negative[i]
                                                   : std::min(negative[i], positive[k]);
        const std::size_t negatives_below = i, positives_below = k;
        while (i < negative.size() && negative[i] == next) ++i;
        while (k < positive.size() && positive[k] == next) ++k;
        ranks.add(k - positives_below, i - negatives_below);
    }
    return ranks.area();
}

std::optional<statistics::Association> area_of(std::vector<ScoreCount> scores) {
    std::ranges::sort(scores, {}, &ScoreCount::score);
    std::size_t kept = 0;
    for (std::size_t i = 1; i < scores.size(); ++i) {
        if (scores[i].score == scores[kept].score) {
            scores[kept].rows[0] += scores[i].rows[0];
            scores[kept].rows[1] += scores[i].rows[1];
        } else {
            scores[++kept] = scores[i];
        }
    }
    if (!scores.empty()) scores.resize(kept + 1);
    return area_of_ascending(scores);
}

}  // namespace cellwise::tables
