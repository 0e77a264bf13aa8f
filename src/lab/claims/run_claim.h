#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/reviews/dataset.h"
#include "lab/claims/claim.h"
#include "lab/claims/laboratory.h"

namespace cellwise::lab {

/// Seeds of a claim in a quick look; a full run takes each claim's own number.
inline constexpr std::int64_t quick_seeds = 3;

/// A claim put to its experiment.
struct ClaimResult {
    Claim claim;
    std::vector<std::uint64_t> seeds;
    std::string set_up;
    bool quick = false;
    std::optional<data::Source> source;  ///< absent where the data set is not used
    Measurement measurement;
    Judgement judgement;                        ///< by its own interval, 95%
    Verdict simultaneous = Verdict::undecided;  ///< with all claims of its family judged together
    bool from_file = false;                     ///< measured by an earlier run with the same settings

    [[nodiscard]] bool on_imdb() const { return source && source->kind == "imdb"; }
};

/// Measures a claim with these seeds and judges it. In a laboratory whose folder is kept, the measurement
/// lies there as NAME.json and is taken from there if it was made with the same set-up, seeds and data.
/// Throws DataError for a file that is not such a measurement.
[[nodiscard]] ClaimResult run_claim(const Claim& claim, Laboratory& lab, std::vector<std::uint64_t> seeds);

/// Sets every result's `simultaneous`, family by family, over the results with chance in them. Reviews: its verdict
/// with the confidence 1 − 0.05/m of m results, so that all those intervals hold together with 95% (Bonferroni).
/// Customers: its verdict if its p is below 0.05 after Holm's correction.
void judge_together(std::vector<ClaimResult>& results);

}  // namespace cellwise::lab
