#pragma once

#include <cstddef>
#include <string>

namespace cellwise::trees {

/// The value of a parameter. Throw UsageError naming it for a text that is no such number.
[[nodiscard]] std::size_t whole_number(const std::string& name, const std::string& text);
[[nodiscard]] double number(const std::string& name, const std::string& text);

/// A library's error text without what is of no use to people: the time, its source file, the calls behind it.
[[nodiscard]] std::string plain_reason(const std::string& text);

}  // namespace cellwise::trees
