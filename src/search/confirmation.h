#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "statistics/paired.h"

namespace cellwise::search {

/// The default settings and the best found ones, each trained again with the same fresh seeds.
struct ConfirmationRuns {
    std::vector<std::uint64_t> seeds;
    std::vector<double> default_objectives, best_objectives;  ///< one a seed
};

enum class ConfirmationVerdict { better, worse, undecided };

/// "better", "worse", "not distinguishable".
[[nodiscard]] std::string_view verdict_name(ConfirmationVerdict verdict);

/// What a search is worth. The best trial's own objective is the largest of many, so it flatters; fresh seeds do not.
struct Confirmation {
    ConfirmationRuns runs;
    double default_mean = 0, best_mean = 0;
    statistics::PairedComparison comparison;  ///< of best − default, seed by seed
    ConfirmationVerdict verdict = ConfirmationVerdict::undecided;
    double best_found = 0;  ///< the best trial's objective
    double optimism = 0;    ///< best_found − best_mean
};

/// The verdict is that of the paired t-test at 5%: undecided for a single seed. Throws InternalError unless there is an
/// objective of both, finite, for each seed, and at least one.
[[nodiscard]] Confirmation confirm(const ConfirmationRuns& runs, double best_found);

/// {"default", "best", "difference", "low", "high", "verdict", "optimism", "p", "seeds", "default_objectives",
/// "best_objectives"}; low, high and p are null for a single seed.
[[nodiscard]] nlohmann::ordered_json confirmation_json(const Confirmation& confirmation);

/// Three lines of text, each of at most 80 columns.
[[nodiscard]] std::string confirmation_text(const Confirmation& confirmation);

}  // namespace cellwise::search
