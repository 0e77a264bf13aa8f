#include "serve/serve.h"

#include <fmt/format.h>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/log.h"
#include "serve/http/server.h"
#include "serve/routes/application.h"

namespace cellwise::serve {
namespace {

constexpr std::size_t least_token = 16, most_token = 4096;

std::string read_token(const std::string& path) {
    if (path.empty()) return {};
    auto text = read_file(path, most_token);
    text = text.substr(0, text.find_first_of("\r\n"));
    if (text.size() < least_token) {
        throw DataError(
            fmt::format("{}: the token has {} characters: it must have {} or more, as from `openssl rand -hex 32`",
                        path, text.size(), least_token));
    }
    return text;
}

}  // namespace

void ServeOptions::validate() const {
    if (tls_certificate.empty() != tls_key.empty()) {
        throw UsageError("--tls-certificate and --tls-key are given together or not at all");
    }
    if (token_file.empty() && !http::is_loopback(host)) {
        throw UsageError(
            fmt::format("--host {} can be reached from other machines: give --token-file FILE as well, "
                        "or stay with --host 127.0.0.1",
                        host));
    }
}

void run(const ServeOptions& options, Models& models, Runs& runs, const std::function<bool()>& stop_requested,
         const ServeEvents& events) {
    options.validate();
    http::ServerOptions listen;
    listen.host = options.host;
    listen.port = options.port;
    listen.limits = options.limits;
    if (!options.tls_certificate.empty()) listen.tls = http::TlsFiles{options.tls_certificate, options.tls_key};
    if (options.json_log) listen.journal = stderr;
    http::Guard::Options who{options.allowed_hosts, read_token(options.token_file), "cellwise_session",
                             listen.tls.has_value()};
    if (options.port != 0) who.cookie_name += fmt::format("_{}", options.port);  // cookies do not know ports
    const http::Guard guard(who);
    if (!http::is_loopback(options.host) && !listen.tls) {
        log::warning("the token travels unencrypted: use --tls-certificate and --tls-key, or a proxy that speaks TLS");
    }
    http::Traffic traffic;
    http::Server server(listen, guard, traffic);
    Application application(options, models, runs, guard, traffic);
    if (events.listening) events.listening(server.address());
    const auto stops = [&] {
        const bool stop = stop_requested();
        if (stop) application.drain();
        return stop;
    };
    server.run(
        [&](http::Request request, bool token, const std::shared_ptr<http::Exchange>& exchange) {
            application.handle(std::move(request), token, exchange);
        },
        stops, [&] { application.tick(); });
    application.stop();
}

}  // namespace cellwise::serve
