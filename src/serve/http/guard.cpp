#include "serve/http/guard.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cctype>

#include "core/hash.h"

namespace cellwise::serve::http {
namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

bool same_secret(const std::string& a, const std::string& b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool is_port(std::string_view text) {
    return text.size() <= 5 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// What stands behind "http://" or "https://".
std::optional<std::string_view> authority_of(std::string_view origin) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (origin.starts_with(scheme)) return origin.substr(scheme.size());
    }
    return {};
}

/// The value of a cookie; empty if it is not there.
std::string_view cookie_value(std::string_view cookies, std::string_view name) {
    while (!cookies.empty()) {
        const auto end = std::min(cookies.find(';'), cookies.size());
        auto cookie = cookies.substr(0, end);
        cookie.remove_prefix(std::min(cookie.find_first_not_of(' '), cookie.size()));
        if (cookie.size() > name.size() && cookie.starts_with(name) && cookie[name.size()] == '=') {
            return cookie.substr(name.size() + 1);
        }
        cookies.remove_prefix(std::min(end + 1, cookies.size()));
    }
    return {};
}

}  // namespace

std::optional<std::string> host_name(std::string_view host) {
    if (host.starts_with('[')) {
        const auto end = host.find(']');
        if (end == std::string_view::npos) return {};
        const auto rest = host.substr(end + 1);
        if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return {};
        return lower(host.substr(1, end - 1));
    }
    const auto colon = std::min(host.find(':'), host.size());
    if (colon == 0 || (colon < host.size() && !is_port(host.substr(colon + 1)))) return {};
    return lower(host.substr(0, colon));
}

bool is_loopback(std::string_view host) {
    if (lower(host) == "localhost") return true;
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(std::string(host), error);
    return !error && address.is_loopback();
}

Guard::Guard(Options options) : options_(std::move(options)) {
    for (auto& host : options_.hosts) host = lower(host);
    if (!wants_token()) return;
    session_ = sha256("cellwise session\n" + options_.token);
    token_digest_ = sha256(options_.token);
    session_digest_ = sha256(session_);
}

std::optional<Refusal> Guard::refuse_stranger(const RequestHead& head, std::string_view local_address) const {
    const auto name = host_name(head.host);
    if (!name || !(*name == "localhost" || *name == "127.0.0.1" || *name == "::1" || *name == local_address ||
                   std::ranges::find(options_.hosts, *name) != options_.hosts.end())) {
        return Refusal{421, "this server does not answer under the name in Host; --allow-host NAME adds one"};
    }
    if (!head.origin.empty()) {
        const auto authority = authority_of(head.origin);
        if (!authority || lower(*authority) != lower(head.host)) {
            return Refusal{403, "the request comes from another site's page (Origin)"};
        }
    }
    // Following a link from elsewhere to a page is fine; a page elsewhere that asks for data is not.
    const bool is_visit = head.fetch_mode == "navigate" && (head.method == "GET" || head.method == "HEAD") &&
                          (head.path.empty() || head.path.front() != "v1");
    if (!head.fetch_site.empty() && head.fetch_site != "same-origin" && head.fetch_site != "none" && !is_visit) {
        return Refusal{403, "the request comes from another site's page (Sec-Fetch-Site)"};
    }
    return {};
}

bool Guard::is_token(std::string_view token) const { return same_secret(sha256(token), token_digest_); }

bool Guard::knows_token(const RequestHead& head) const {
    if (!wants_token()) return true;
    constexpr std::string_view scheme = "Bearer ";
    const std::string_view authorization = head.authorization;
    if (authorization.starts_with(scheme) && is_token(authorization.substr(scheme.size()))) return true;
    return same_secret(sha256(cookie_value(head.cookie, options_.cookie_name)), session_digest_);
}

std::string Guard::session_cookie() const {
    return options_.cookie_name + "=" + session_ + "; Path=/; HttpOnly; SameSite=Strict" +
           (options_.secure_cookie ? "; Secure" : "");
}

std::string Guard::expired_cookie() const {
    return options_.cookie_name + "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0" +
           (options_.secure_cookie ? "; Secure" : "");
}

}  // namespace cellwise::serve::http
