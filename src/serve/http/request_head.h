#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "serve/http/message.h"

namespace cellwise::serve::http {

/// Why a request is refused before anybody looks at what it wants.
struct Refusal {
    int status = 400;
    std::string detail;
};

/// Where the head ends in what has arrived: behind the empty line; nothing if it has not come yet.
/// Refused at once: a line end that is not CRLF, a NUL byte, more than `most_bytes`.
[[nodiscard]] std::variant<std::optional<std::size_t>, Refusal> find_head_end(std::string_view bytes,
                                                                              std::size_t most_bytes);

/// Reads a whole head, empty line included. Stricter than the grammar where two readers could disagree about where a
/// request ends: no folded lines, no field of which one is allowed twice, a Content-Length of digits alone, and no
/// Transfer-Encoding (501). RFC 9112.
[[nodiscard]] std::variant<RequestHead, Refusal> parse_request_head(std::string_view head);

}  // namespace cellwise::serve::http
