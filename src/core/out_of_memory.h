#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cellwise {

/// What to tell the user if `what`, an exception's text, is LibTorch's of memory that could not be allocated, on
/// the processor or on a GPU; otherwise nothing. LibTorch throws the same class for a bug.
[[nodiscard]] std::optional<std::string> out_of_memory_message(std::string_view what);

}  // namespace cellwise
