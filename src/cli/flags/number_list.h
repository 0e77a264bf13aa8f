#pragma once

#include <string_view>
#include <vector>

namespace cellwise::cli {

/// Reads "0.2,0.5,0.1" (blanks around a number are fine). `flag` is named in messages. Throws
/// UsageError for an empty list, an empty place, a word that is no number, an infinite or
/// unrepresentable number, and more than `most` numbers.
[[nodiscard]] std::vector<double> parse_number_list(std::string_view flag, std::string_view text, std::size_t most);

}  // namespace cellwise::cli
