#pragma once

#include <string>

#include "verbs/gates.h"

namespace cellwise::cli {

/// The table, with colours where `coloured`; below it each unit's gates where `units`.
[[nodiscard]] std::string traced_text(const verbs::TracedText& traced, bool coloured, bool units);

}  // namespace cellwise::cli
