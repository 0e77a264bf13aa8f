#include "serve/http/message.h"

#include <nlohmann/json.hpp>

#include "core/json_text.h"

namespace cellwise::serve::http {

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
        {"type", "about:blank"}, {"title", reason_phrase(status)}, {"status", status}, {"detail", detail}};
    response.body = json_text(document) + "\n";
    if (status == 503) response.headers.emplace_back("Retry-After", "1");
    return response;
}

}  // namespace cellwise::serve::http
