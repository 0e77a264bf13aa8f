#pragma once

namespace cellwise {

/// Whatever the locale.
[[nodiscard]] constexpr bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

}  // namespace cellwise
