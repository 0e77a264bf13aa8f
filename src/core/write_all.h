#pragma once

#include <string_view>

namespace cellwise {

/// Writes all bytes to a descriptor; 0, or the errno of what went wrong. A descriptor may be non-blocking, as some
/// terminals and pipes are left by the program before: each wait for room takes at most so many milliseconds
/// (EAGAIN), with −1 for ever.
[[nodiscard]] int write_all(int descriptor, std::string_view bytes, int most_milliseconds = -1) noexcept;

}  // namespace cellwise
