#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/random.h"

namespace cellwise::bench {

/// Batches shaped as the tutorial's: 64 reviews of 200 ids below 10,000, a fifth of all positions
/// padding at the front, and word frequencies by Zipf's law, so that a batch of some 10,300 words has
/// about 2,200 distinct ones.
struct TutorialBatches {
    static constexpr std::int64_t batch = 64, length = 200, vocabulary = 10000, embedding = 128, hidden = 64;

    explicit TutorialBatches(std::size_t count, std::uint64_t seed = 1) : ids(count) {
        Random random(seed, "benchmark batches");
        std::vector<double> cumulative(vocabulary - 4);
        double total = 0;
        for (std::size_t rank = 0; rank < cumulative.size(); ++rank) {
            total += 1 / std::pow(static_cast<double>(rank) + 2.7, 1.13);
            cumulative[rank] = total;
        }
        for (auto& one : ids) {
            one.assign(batch * length, 0);
            for (std::int64_t row = 0; row < batch; ++row) {
                // Two fifths of the reviews are shorter than 200 words, most of them over 100.
                const bool is_short = random.uniform() < 0.43;
                const auto padding = is_short ? static_cast<std::int64_t>(170 * std::sqrt(random.uniform()) * 0.8) : 0;
                for (std::int64_t t = padding; t < length; ++t) {
                    const double u = random.uniform() * total;
                    const auto rank = std::lower_bound(cumulative.begin(), cumulative.end(), u) - cumulative.begin();
                    // One word in nine is outside the vocabulary: id 2.
                    const bool known = random.uniform() > 0.09;
                    one[static_cast<std::size_t>(row * length + t)] = t == padding ? 1
                                                                      : known      ? static_cast<std::int32_t>(rank + 4)
                                                                                   : 2;
                }
            }
        }
    }

    [[nodiscard]] const std::vector<std::int32_t>& at(std::size_t step) const { return ids[step % ids.size()]; }

    /// What the work of a batch comes to once nothing is computed twice.
    struct Work {
        std::size_t distinct = 0;   ///< different ids
        std::size_t positions = 0;  ///< positions after the padding
        /// 2 per multiply-add of the matrix products: the distinct ids' projections and the positions'
        /// recurrent products, forward (1 product) or a whole training step (3).
        [[nodiscard]] double gflop(std::int64_t gates, int products) const {
            const auto per_product =
                static_cast<double>(distinct) * embedding + static_cast<double>(positions) * hidden;
            return 2e-9 * per_product * static_cast<double>(gates * hidden) * products;
        }
    };
    [[nodiscard]] static Work work(const std::vector<std::int32_t>& ids) {
        Work work;
        std::vector<bool> seen(vocabulary);
        for (std::int64_t row = 0; row < batch; ++row) {
            bool padding = true;
            for (std::int64_t t = 0; t < length; ++t) {
                const auto id = static_cast<std::size_t>(ids[static_cast<std::size_t>(row * length + t)]);
                padding = padding && id == 0;
                work.positions += padding ? 0 : 1;
                work.distinct += seen[id] ? 0 : 1;
                seen[id] = true;
            }
        }
        return work;
    }

    std::vector<std::vector<std::int32_t>> ids;
};

}  // namespace cellwise::bench
