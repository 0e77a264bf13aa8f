#include "serve/http/message.h"

#include <nlohmann/json.hpp>

#include "core/json_text.h"

namespace cellwise::serve::http {
namespace {

constexpr std::size_t most_kept_in_front = 600, most_kept_behind = 300;

bool is_inside_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

/// A message quotes what it was sent, which may be a megabyte: of a long one the begin and the end are kept.
std::string shortened(std::string_view detail) {
    if (detail.size() <= most_kept_in_front + most_kept_behind) return std::string(detail);
    std::size_t end = most_kept_in_front, begin = detail.size() - most_kept_behind;
    while (end > 0 && is_inside_character(detail[end])) --end;
    while (begin < detail.size() && is_inside_character(detail[begin])) ++begin;
    return std::string(detail.substr(0, end)) + " … " + std::string(detail.substr(begin));
}

}  // namespace

std::string_view RequestHead::parameter(std::string_view name) const {
    for (const auto& [key, value] : query) {
        if (key == name) return value;
    }
    return {};
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 204:
            return "No Content";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 421:
            return "Misdirected Request";
        case 422:
            return "Unprocessable Content";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Unknown";
    }
}

Response problem(int status, std::string_view detail) {
    Response response;
    response.status = status;
    response.content_type = "application/problem+json";
    const nlohmann::ordered_json document = {
        {"type", "about:blank"}, {"title", reason_phrase(status)}, {"status", status}, {"detail", shortened(detail)}};
    response.body = json_text(document) + "\n";
    if (status == 503) response.headers.emplace_back("Retry-After", "1");
    return response;
}

}  // namespace cellwise::serve::http
