// A request to the server, from its first byte to what its body asks for.
#include <nlohmann/json.hpp>

#include "fuzz/target.h"
#include "serve/http/guard.h"
#include "serve/http/request_head.h"
#include "serve/routes/api_json.h"

CELLWISE_FUZZ_TARGET(request) {
    using namespace cellwise;
    constexpr std::size_t most_bytes = 8192;
    const auto found = serve::http::find_head_end(bytes, most_bytes);
    const auto* end = std::get_if<std::optional<std::size_t>>(&found);
    if (end == nullptr || !*end) return;
    fuzz::require(**end <= most_bytes && **end <= bytes.size(), "the head ends behind its limit");
    const auto parsed = serve::http::parse_request_head(bytes.substr(0, **end));
    if (const auto* head = std::get_if<serve::http::RequestHead>(&parsed)) {
        fuzz::require(!head->host.empty(), "a request without a host is accepted");
        for (const auto& segment : head->path) {
            fuzz::require(!segment.empty() && segment != "." && segment != "..", "a path that leads elsewhere");
        }
        const serve::http::Guard guard({{"example.org"}, "a-token-of-some-length", "c", false});
        static_cast<void>(guard.refuse_stranger(*head, "192.0.2.1"));
        fuzz::require(!guard.knows_token(*head) || bytes.find("a-token-of-some-length") != std::string_view::npos ||
                          bytes.find(guard.session_cookie().substr(2, 64)) != std::string_view::npos,
                      "a request got in without the token");
    }
    const auto body = bytes.substr(**end);
    fuzz::may_refuse([&] {
        static_cast<void>(serve::read_reviews(serve::read_object(body, {"texts", "ids", "model"})));
    });
    fuzz::may_refuse([&] { static_cast<void>(serve::read_rows(serve::read_object(body, {"rows", "model"}))); });
}
