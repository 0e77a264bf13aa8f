#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "serve/http/request_head.h"

namespace cellwise::serve::http {

/// Who may ask: the names under which the server answers, and the token that it wants.
///
/// A page of another site can make a browser send requests here. It cannot choose the field Host (its own name, even
/// after its address was turned to this machine), Origin or Sec-Fetch-Site, nor read an HttpOnly cookie.
class Guard {
public:
    struct Options {
        std::vector<std::string> hosts;  ///< besides localhost, 127.0.0.1 and [::1]
        std::string token;               ///< empty: none is wanted
        std::string cookie_name = "cellwise_session";
        bool secure_cookie = false;  ///< behind TLS
    };
    explicit Guard(Options options);

    /// Looks at every request: 421 for a name that is not ours, 403 for another site's page. `local_address`: the
    /// address of this machine that the client has reached; a Host that is this address is one of ours.
    [[nodiscard]] std::optional<Refusal> refuse_stranger(const RequestHead& head, std::string_view local_address) const;

    /// Whether the request carries the token, as "Authorization: Bearer …" or by the cookie; true where none is wanted.
    /// Takes the same time whatever is wrong with it.
    [[nodiscard]] bool knows_token(const RequestHead& head) const;
    [[nodiscard]] bool is_token(std::string_view token) const;
    [[nodiscard]] bool wants_token() const { return !options_.token.empty(); }

    /// The field Set-Cookie that lets a browser in after it has shown the token. The cookie is made from the token by
    /// SHA-256, so the token itself does not stay in the browser.
    [[nodiscard]] std::string session_cookie() const;
    [[nodiscard]] std::string expired_cookie() const;

private:
    Options options_;
    std::string token_digest_, session_, session_digest_;
};

/// The name or address in a Host field, in lower case, without its port and brackets; nothing if it has another form.
[[nodiscard]] std::optional<std::string> host_name(std::string_view host);

/// Whether the address is this machine's own alone: 127.0.0.0/8, ::1 or "localhost".
[[nodiscard]] bool is_loopback(std::string_view host);

}  // namespace cellwise::serve::http
