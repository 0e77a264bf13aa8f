#pragma once

#include <string>
#include <vector>

#include "runs/differences.h"

namespace cellwise::cli {

/// A table with a note; empty for none.
[[nodiscard]] std::string runs_differences_text(const std::vector<runs::RunsDifference>& differences);

}  // namespace cellwise::cli
