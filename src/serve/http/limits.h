#pragma once

#include <chrono>
#include <cstddef>

namespace cellwise::serve::http {

/// What one client may cost. Deadlines are for a whole part, not for each of its bytes: who sends one byte a second is
/// cut off as well.
struct Limits {
    std::size_t header_bytes = 8 * 1024;
    std::size_t body_bytes = 1024 * 1024;
    std::size_t connections = 512;
    std::size_t connections_of_address = 32;  ///< loopback is exempt
    std::size_t event_bytes = 256 * 1024;     ///< waiting to be sent to one reader of events
    std::chrono::milliseconds header{10'000};
    std::chrono::milliseconds body{30'000};
    std::chrono::milliseconds write{30'000};  ///< of a response, or of one part of an event stream
    std::chrono::milliseconds idle{60'000};   ///< between two requests
    std::chrono::milliseconds drain{10'000};  ///< for answers under way when the server is told to stop
};

}  // namespace cellwise::serve::http
