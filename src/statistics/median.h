#pragma once

#include <vector>

namespace cellwise::statistics {

/// The middle value, or the mean of the two in the middle. Throws InternalError for no values.
[[nodiscard]] double median(std::vector<double> values);

}  // namespace cellwise::statistics
