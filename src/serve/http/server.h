#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "serve/http/guard.h"
#include "serve/http/limits.h"
#include "serve/http/message.h"
#include "serve/http/traffic.h"

namespace cellwise::serve::http {

struct TlsFiles {
    std::filesystem::path certificate;  ///< PEM, with the chain
    std::filesystem::path key;          ///< PEM
};

struct ServerOptions {
    std::string host = "127.0.0.1";  ///< an address or a name of this machine
    std::uint16_t port = 8080;       ///< 0: any that is free
    std::optional<TlsFiles> tls;
    Limits limits;
    std::FILE* journal = nullptr;  ///< where lines about requests go
};

/// Answers or passes on a request; on the event loop, so it must not compute or read files. `token`: whether the
/// request carried the token.
using Handler = std::function<void(Request, bool token, std::shared_ptr<Exchange>)>;

/// HTTP/1.1, with keep-alive and TLS, on one thread. It reads, checks and writes; what a request means is the
/// handler's.
class Server {
public:
    /// Takes the port; nobody is answered before run(). Throws EnvironmentError if it is taken or the host is not this
    /// machine's, DataError if the certificate or key cannot be read.
    Server(const ServerOptions& options, const Guard& guard, Traffic& traffic);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// "http://127.0.0.1:8080"
    [[nodiscard]] std::string address() const;

    /// Answers requests until `stop_requested` (looked at ten times a second) says so; then takes no more connections,
    /// answers what is under way, at most for limits.drain, and returns. `tick` is called ten times a second before
    /// that.
    void run(const Handler& handler, const std::function<bool()>& stop_requested, const std::function<void()>& tick);

    /// Whether run() has been told to stop. From any thread.
    [[nodiscard]] bool draining() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace cellwise::serve::http
