#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "statistics/classification.h"

namespace cellwise::statistics {

/// The reviews whose probability lies in (low, high]; the first bin takes 0 too.
struct CalibrationBin {
    double low = 0, high = 0;
    std::size_t count = 0, positives = 0;
    double mean_probability = 0;  ///< 0 if the bin is empty

    /// positives/count, what a calibrated model's mean_probability equals; absent if the bin is empty.
    [[nodiscard]] std::optional<double> positive_share() const;
};

/// `bins` of equal width. Throws InternalError for none, and as Scores says.
[[nodiscard]] std::vector<CalibrationBin> calibration_bins(const Scores& scores, std::size_t bins = 10);

/// Σ count/n·|positive_share − mean_probability| (Naeini, Cooper and Hauskrecht, AAAI 2015). Nothing
/// without reviews.
[[nodiscard]] std::optional<double> expected_calibration_error(std::span<const CalibrationBin> bins);

/// The mean of (probability − label)² (Brier, Monthly Weather Review 78, 1950). Nothing without reviews.
[[nodiscard]] std::optional<double> brier_score(const Scores& scores);

/// Reviews of similar size: low ≤ size ≤ high.
struct SizeGroup {
    std::uint32_t low = 0, high = 0;
    std::size_t count = 0;
};

/// Cuts sizes into at most `groups` groups, upwards, of about equally many; equal sizes stay together.
/// `low` and `high` are the least and greatest size in the group. Empty for no sizes.
[[nodiscard]] std::vector<SizeGroup> size_groups(std::span<const std::uint32_t> sizes, std::size_t groups);

}  // namespace cellwise::statistics
