#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace cellwise {

/// Parses JSON that somebody else wrote. Beyond what the grammar forbids, an object with the same key
/// twice and a nesting deeper than `most_depth` are refused. `origin` names the text in messages,
/// as in "model.keras: config.json". Throws DataError with the place.
[[nodiscard]] nlohmann::json parse_strict_json(std::string_view text, std::string_view origin, int most_depth = 64);

}  // namespace cellwise
