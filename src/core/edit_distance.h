#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cellwise {

/// The least number of letters to insert, delete, replace or swap with their neighbour that makes one
/// word the other (optimal string alignment; Damerau 1964). Bytes, not code points.
[[nodiscard]] std::size_t edit_distance(std::string_view one, std::string_view other);

/// The candidate nearest to a mistyped word; nothing if none is near: more than a third of the word's
/// letters wrong, or more than one in a word of up to four.
[[nodiscard]] std::optional<std::string> nearest_word(std::string_view word,
                                                      const std::vector<std::string>& candidates);

/// "; did you mean 'adam'?", or "" where no candidate is near. For the end of a message.
[[nodiscard]] std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace cellwise
