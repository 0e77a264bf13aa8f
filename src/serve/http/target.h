#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cellwise::serve::http {

/// The parts of a request's target, "/v1/runs/a%2Fb?from=3".
struct Target {
    std::vector<std::string> path;                           ///< {"v1", "runs", "a/b"}
    std::vector<std::pair<std::string, std::string>> query;  ///< {{"from", "3"}}
};

/// Splits at '/', '?', '&' and '=' first and decodes each part once, so that nothing encoded becomes a separator.
/// Nothing if it is not in origin-form, an escape is broken, a part is no UTF-8 or holds control characters, or a
/// segment is empty (but for one trailing '/'), "." or "..".
[[nodiscard]] std::optional<Target> parse_target(std::string_view target);

/// One percent-decoding; nothing if an escape is broken.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace cellwise::serve::http
