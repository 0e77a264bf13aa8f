#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace cellwise::serve::http {

/// What went over the server's connections. Written by the event loop alone, read by anyone.
class Traffic {
public:
    /// Upper bounds of the histogram of latencies, in seconds.
    static constexpr std::array bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                       0.1,    0.25,  0.5,    1.0,   2.5,  5.0,   10.0};

    std::atomic<std::uint64_t> connections{0}, refused_connections{0}, timeouts{0}, bytes_sent{0};
    std::atomic<std::int64_t> open{0}, in_flight{0}, event_streams{0};

    /// Counts a response. On the event loop alone.
    void count(std::string_view route, int status, double seconds);

    /// Prometheus's text format, version 0.0.4. On the event loop alone.
    [[nodiscard]] std::string text() const;

private:
    std::map<std::pair<std::string, int>, std::uint64_t> responses_;
    std::array<std::uint64_t, bounds.size() + 1> latencies_{};
    double seconds_ = 0;
};

}  // namespace cellwise::serve::http
