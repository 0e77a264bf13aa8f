#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "lab/step_norms.h"
#include "statistics/line_fit.h"

namespace cellwise::lab {

/// One time step's norms over the rows of a batch. In the quantiles, norms that are infinite or not a number
/// (what becomes of an overflow) count as larger than every number.
struct StepSummary {
    double mean = 0;
    double q05 = 0, q25 = 0, median = 0, q75 = 0, q95 = 0;
    std::size_t zeros = 0;       ///< rows whose gradient is exactly 0
    std::size_t not_finite = 0;  ///< rows whose norm is infinite or not a number
};

/// One summary a step.
[[nodiscard]] std::vector<StepSummary> summarise_steps(const StepNorms& norms);

/// How far back each time step lies from the end of reading: steps − 1 − t, or t for the direction that
/// reads from the last word to the first.
[[nodiscard]] std::size_t steps_back(const StepNorms& norms, std::size_t step, bool reverse);

/// A straight line through log ‖·‖ against the steps back from the end: the norm changes by the factor
/// e^slope with every step back.
struct DecayFit {
    statistics::LineFit line;  ///< of the natural logarithm
    [[nodiscard]] double factor() const;
    /// The factor's standard error, by the delta method: factor · slope's.
    [[nodiscard]] std::optional<double> factor_error() const;
};

/// The line through the mean over the rows of log norm (the log of the geometric mean). Steps at which a
/// row's norm is 0 or not finite are left out; nothing if fewer than two are left.
[[nodiscard]] std::optional<DecayFit> fit_decay(const StepNorms& norms, bool reverse = false);

/// The line through one row's log norms at the steps where `used` (empty: all) holds.
[[nodiscard]] std::optional<DecayFit> fit_row_decay(const StepNorms& norms, std::size_t row, bool reverse = false,
                                                    const std::vector<bool>& used = {});

/// What share of the norm at the last step read stands for "forgotten".
inline constexpr double forgotten_share = 0.01;

/// How many steps back a row's norm first is at most forgotten_share of that at the last step read; nothing
/// if it never falls so far within the sequence, or if the last step's norm is 0 or not finite.
[[nodiscard]] std::optional<std::size_t> memory_horizon(const StepNorms& norms, std::size_t row, bool reverse = false);

/// The horizons of a batch's rows. The quantiles count rows whose norm never falls that far as beyond all
/// others, and are absent where they land on one of these.
struct HorizonSummary {
    std::size_t rows = 0;
    std::size_t beyond = 0;     ///< rows whose norm never falls that far within the sequence
    std::size_t undefined = 0;  ///< rows whose last norm is 0 or not finite; not counted in the quantiles
    std::optional<double> q25, median, q75;
};
[[nodiscard]] HorizonSummary summarise_horizons(const StepNorms& norms, bool reverse = false);

}  // namespace cellwise::lab
