#include "statistics/calibration.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace cellwise::statistics {

std::optional<double> CalibrationBin::positive_share() const {
    if (count == 0) return std::nullopt;
    return static_cast<double>(positives) / static_cast<double>(count);
}

std::vector<CalibrationBin> calibration_bins(const Scores& scores, std::size_t bins) {
    if (bins == 0) throw InternalError("calibration needs at least one bin");
    (void)confusion(scores);  // complains about scores that are none
    std::vector<CalibrationBin> result(bins);
    for (std::size_t i = 0; i < bins; ++i) {
        result[i].low = static_cast<double>(i) / static_cast<double>(bins);
        result[i].high = static_cast<double>(i + 1) / static_cast<double>(bins);
    }
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const double probability = scores.probabilities[i];
        auto& bin = *std::lower_bound(result.begin(), result.end() - 1, probability,
                                      [](const CalibrationBin& one, double value) { return one.high < value; });
        ++bin.count;
        bin.positives += scores.labels[i] != 0 ? 1U : 0U;
        bin.mean_probability += probability;
    }
    for (auto& bin : result) {
        if (bin.count > 0) bin.mean_probability /= static_cast<double>(bin.count);
    }
    return result;
}

std::optional<double> expected_calibration_error(std::span<const CalibrationBin> bins) {
    std::size_t total = 0;
    double sum = 0;
    for (const auto& bin : bins) {
        if (bin.count == 0) continue;
        total += bin.count;
        sum += static_cast<double>(bin.count) * std::abs(*bin.positive_share() - bin.mean_probability);
    }
    if (total == 0) return std::nullopt;
    return sum / static_cast<double>(total);
}

std::optional<double> brier_score(const Scores& scores) {
    (void)confusion(scores);
    if (scores.size() == 0) return std::nullopt;
    double sum = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const double error = scores.probabilities[i] - (scores.labels[i] != 0 ? 1 : 0);
        sum += error * error;
    }
    return sum / static_cast<double>(scores.size());
}

std::vector<SizeGroup> size_groups(std::span<const std::uint32_t> sizes, std::size_t groups) {
    std::vector<std::uint32_t> sorted(sizes.begin(), sizes.end());
    std::sort(sorted.begin(), sorted.end());
    std::vector<SizeGroup> result;
    std::size_t begin = 0;
    for (std::size_t group = 1; group <= groups; ++group) {
        auto end = sorted.size() * group / groups;
        if (end <= begin) continue;  // equal sizes have filled this group already
        end =
            static_cast<std::size_t>(std::upper_bound(sorted.begin(), sorted.end(), sorted[end - 1]) - sorted.begin());
        result.push_back({sorted[begin], sorted[end - 1], end - begin});
        begin = end;
    }
    return result;
}

}  // namespace cellwise::statistics
