#pragma once

#include <cstddef>
#include <vector>

namespace cellwise::statistics {

/// A sample whose equal values lie together: most columns of real tables have few distinct ones.
struct CountedValues {
    std::vector<double> values;       ///< upwards, no two of them equal, none NaN
    std::vector<std::size_t> counts;  ///< of each, 1 or more
    std::size_t total = 0;            ///< the sum of the counts
};

/// The sample of values in ascending order, none NaN.
[[nodiscard]] CountedValues counted(std::vector<double> sorted);

/// The q-quantile by linear interpolation between neighbours (Hyndman and Fan's type 7), as quantile() of line_fit.h
/// gives it for the sorted values. Throws InternalError for no values.
[[nodiscard]] double quantile(const CountedValues& sample, double q);

/// How many lie below `low` or above `high`.
[[nodiscard]] std::size_t count_outside(const CountedValues& sample, double low, double high);

}  // namespace cellwise::statistics
