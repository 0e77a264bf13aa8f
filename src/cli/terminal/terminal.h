#pragma once

#include <cstdio>

namespace cellwise::cli {

/// Whether text on this stream may have colours: a terminal that is not dumb, and neither --no-color nor NO_COLOR
/// (https://no-color.org).
[[nodiscard]] bool wants_colour(std::FILE* stream);

/// Whether standard error is a terminal that can be redrawn, and the user wants to see progress.
[[nodiscard]] bool is_live_terminal();

/// Whether colours may be used on it, too.
[[nodiscard]] bool has_colours();

}  // namespace cellwise::cli
