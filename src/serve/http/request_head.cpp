#include "serve/http/request_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <charconv>

#include "serve/http/target.h"

namespace cellwise::serve::http {
namespace {

namespace beast_http = boost::beast::http;
using beast_http::field;

/// Fields that we act on: two of one kind could be read in two ways.
constexpr std::array single_fields{field::host,          field::content_length,   field::origin,
                                   field::content_type,  field::authorization,    field::expect,
                                   field::if_none_match, field::transfer_encoding};
constexpr std::array<std::string_view, 4> methods{"GET", "HEAD", "POST", "DELETE"};

/// The first line that Beast would join to the one before it.
bool has_folded_line(std::string_view head) {
    return head.find("\r\n ") != std::string_view::npos || head.find("\r\n\t") != std::string_view::npos;
}

/// Looked for in the bytes, because the parser would refuse some of them with a less telling message.
bool has_transfer_encoding(std::string_view head) {
    constexpr std::string_view name = "\r\ntransfer-encoding";
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
    return std::search(head.begin(), head.end(), name.begin(), name.end(), same) != head.end();
}

Refusal refusal_of(const boost::beast::error_code& error) {
    if (error == beast_http::error::bad_version) return {505, "HTTP/1.1 is spoken here"};
    return {400, "the request's head is not well-formed: " + error.message()};
}

template <class Fields>
std::optional<Refusal> refuse_repeated(const Fields& fields) {
    for (const auto name : single_fields) {
        if (fields.count(name) > 1) {
            return Refusal{400, fmt::format("the field {} stands twice in the head",
                                            std::string_view(beast_http::to_string(name).data(),
                                                             beast_http::to_string(name).size()))};
        }
    }
    return {};
}

std::optional<std::size_t> content_length_of(std::string_view text) {
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc() || end != text.data() + text.size() || text.front() == '+' || text.front() == '-')
        return {};
    return length;
}

template <class Message>
std::string value_of(const Message& message, field name) {
    const auto found = message.find(name);
    return found == message.end() ? std::string() : std::string(found->value().data(), found->value().size());
}

template <class Message>
std::string value_of(const Message& message, const char* name) {
    const auto found = message.find(name);
    return found == message.end() ? std::string() : std::string(found->value().data(), found->value().size());
}

}  // namespace

std::variant<std::optional<std::size_t>, Refusal> find_head_end(std::string_view bytes, std::size_t most_bytes) {
    const auto window = bytes.substr(0, most_bytes);
    for (auto at = window.find('\n'); at != std::string_view::npos; at = window.find('\n', at + 1)) {
        if (at == 0 || window[at - 1] != '\r') return Refusal{400, "a line of the head does not end in CR LF"};
        if (at >= 3 && window.substr(at - 3, 4) == "\r\n\r\n") return std::optional(at + 1);
    }
    if (bytes.size() > most_bytes) return Refusal{431, fmt::format("the head is larger than {} bytes", most_bytes)};
    if (window.find('\0') != std::string_view::npos) return Refusal{400, "a NUL byte stands in the head"};
    return std::optional<std::size_t>();
}

std::variant<RequestHead, Refusal> parse_request_head(std::string_view head) {
    if (has_folded_line(head)) return Refusal{400, "a line of the head is folded"};
    if (has_transfer_encoding(head)) return Refusal{501, "Transfer-Encoding is not supported: send a Content-Length"};
    beast_http::request_parser<beast_http::empty_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(head.size() + 1));
    parser.body_limit(boost::none);
    boost::beast::error_code error;
    parser.put(boost::asio::const_buffer(head.data(), head.size()), error);
    if (error == beast_http::error::need_more) error = {};
    if (error) return refusal_of(error);
    if (!parser.is_header_done()) return Refusal{400, "the request's head ends early"};
    const auto& message = parser.get();
    if (auto refusal = refuse_repeated(message)) return *refusal;

    RequestHead read;
    read.method = std::string(message.method_string().data(), message.method_string().size());
    if (std::ranges::find(methods, read.method) == methods.end()) {
        return Refusal{405, "the method is none of GET, HEAD, POST and DELETE"};
    }
    auto target = parse_target({message.target().data(), message.target().size()});
    if (!target) return Refusal{400, "the request's target is not a plain path"};
    read.path = std::move(target->path);
    read.query = std::move(target->query);
    if (const auto length = value_of(message, field::content_length); !length.empty()) {
        const auto number = content_length_of(length);
        if (!number) return Refusal{400, "Content-Length is not a number"};
        read.content_length = *number;
    } else if (message.count(field::content_length) > 0) {
        return Refusal{400, "Content-Length is empty"};
    }
    read.host = value_of(message, field::host);
    if (read.host.empty()) return Refusal{400, "the field Host is missing"};
    if (const auto expect = value_of(message, field::expect); !expect.empty()) {
        if (!boost::beast::iequals(expect, "100-continue")) return Refusal{417, "Expect may only be 100-continue"};
        read.expects_continue = true;
    }
    read.keep_alive = message.keep_alive();
    read.origin = value_of(message, field::origin);
    read.fetch_site = value_of(message, "Sec-Fetch-Site");
    read.fetch_mode = value_of(message, "Sec-Fetch-Mode");
    read.content_type = value_of(message, field::content_type);
    read.authorization = value_of(message, field::authorization);
    read.cookie = value_of(message, field::cookie);
    read.if_none_match = value_of(message, field::if_none_match);
    read.last_event_id = value_of(message, "Last-Event-ID");
    return read;
}

}  // namespace cellwise::serve::http
