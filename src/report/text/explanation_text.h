#pragma once

#include <cstddef>
#include <string>

#include "records/explanation.h"

namespace cellwise::report {

/// The text with its words on coloured grounds (if `coloured`: blue speaks for positive, orange for negative),
/// a table of the `top` words of largest contribution, and the log-odds with the completeness error.
[[nodiscard]] std::string explanation_text(const records::Explanation& explanation, std::size_t top, bool coloured);

}  // namespace cellwise::report
