#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "serve/http/limits.h"
#include "serve/models.h"
#include "serve/runs.h"

namespace cellwise::serve {

struct ServeOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8080;               ///< 0: any that is free
    std::string token_file;                  ///< its first line is the token; wanted beyond this machine
    std::vector<std::string> allowed_hosts;  ///< names under which a proxy or network reaches the server
    std::string tls_certificate, tls_key;    ///< PEM; both or none
    bool json_log = false;                   ///< lines about requests on standard error
    std::string version;                     ///< of the program, for /openapi.json
    http::Limits limits;                     ///< what one client may cost

    /// Throws UsageError naming the flags that do not go together, among them a host beyond this machine without a
    /// token.
    void validate() const;
};

/// What run() tells while it works, on its own thread.
struct ServeEvents {
    std::function<void(const std::string& address)> listening;  ///< "http://127.0.0.1:8080"; models are loaded
};

/// Serves the page and the API until `stop_requested` (asked ten times a second) says so, then answers what is under
/// way and returns. Throws what Models::load throws, EnvironmentError if the port cannot be had, DataError for a token
/// or TLS file that cannot be read.
void run(const ServeOptions& options, Models& models, Runs& runs, const std::function<bool()>& stop_requested,
         const ServeEvents& events);

}  // namespace cellwise::serve
