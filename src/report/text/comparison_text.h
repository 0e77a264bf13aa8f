#pragma once

#include <string>
#include <vector>

#include "records/comparison.h"

namespace cellwise::report {

/// What `compare` prints at its end: the table, with several seeds the paired differences and a verdict
/// on each, and last one line for each cell: "RNN Test Accuracy: 0.8470", or with several seeds
/// "RNN Test Accuracy: 0.7757 ± 0.0675 (n = 5)". A cell of which every run diverged has none. Results on made reviews
/// are labelled so.
[[nodiscard]] std::string comparison_text(const records::ComparisonRecord& record);

/// The lines at the very end alone.
[[nodiscard]] std::string closing_lines(const records::ComparisonRecord& record);

}  // namespace cellwise::report
