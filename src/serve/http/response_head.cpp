#include "serve/http/response_head.h"

#include <fmt/format.h>

#include <iterator>

namespace cellwise::serve::http {
namespace {

constexpr std::string_view guards =
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

}  // namespace

std::string response_head(const Response& response, std::string_view date, bool keep_alive) {
    std::string head;
    head.reserve(768);
    const auto put = std::back_inserter(head);
    fmt::format_to(put, "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status, reason_phrase(response.status), date);
    if (response.status != 204 && response.status != 304) {
        fmt::format_to(put, "Content-Type: {}\r\nContent-Length: {}\r\n", response.content_type,
                       response.content().size());
    }
    bool has_caching = false;
    for (const auto& [name, value] : response.headers) {
        fmt::format_to(put, "{}: {}\r\n", name, value);
        has_caching = has_caching || name == "Cache-Control";
    }
    if (!has_caching) head += "Cache-Control: no-store\r\n";
    fmt::format_to(put, "Content-Security-Policy: {}\r\n{}Connection: {}\r\n\r\n",
                   response.policy.empty() ? page_policy : std::string_view(response.policy), guards,
                   keep_alive ? "keep-alive" : "close");
    return head;
}

std::string event_stream_head(std::string_view date) {
    return fmt::format(
        "HTTP/1.1 200 OK\r\nDate: {}\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
        "X-Accel-Buffering: no\r\nContent-Security-Policy: {}\r\n{}Connection: close\r\n\r\n",
        date, page_policy, guards);
}

}  // namespace cellwise::serve::http
