#pragma once

#include <string_view>

namespace cellwise::log {

enum class Level { quiet, normal, verbose };

/// What reaches standard error: warnings always; notices unless quiet; details only when verbose.
void set_level(Level level);
[[nodiscard]] Level level();

/// Each prints one line "cellwise: …" to standard error, as printable() shows it; safe from several threads.
void warning(std::string_view message);
void notice(std::string_view message);
void detail(std::string_view message);

}  // namespace cellwise::log
