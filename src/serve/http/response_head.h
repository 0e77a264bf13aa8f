#pragma once

#include <string>
#include <string_view>

#include "serve/http/message.h"

namespace cellwise::serve::http {

/// What our own pages may load: files of this server, no inline script or style, nothing of another host.
inline constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The status line and fields of a response, up to the empty line. `date`: as RFC 9110's IMF-fixdate.
[[nodiscard]] std::string response_head(const Response& response, std::string_view date, bool keep_alive);

/// The head of a stream of events, which ends with its connection.
[[nodiscard]] std::string event_stream_head(std::string_view date);

}  // namespace cellwise::serve::http
