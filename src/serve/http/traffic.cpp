#include "serve/http/traffic.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace cellwise::serve::http {

void Traffic::count(std::string_view route, int status, double seconds) {
    ++responses_[{std::string(route.empty() ? "none" : route), status}];
    const auto bound = std::ranges::lower_bound(bounds, seconds);
    ++latencies_[static_cast<std::size_t>(bound - bounds.begin())];
    seconds_ += seconds;
}

std::string Traffic::text() const {
    std::string text;
    const auto put = std::back_inserter(text);
    const auto single = [&](std::string_view name, std::string_view kind, std::string_view help, auto value) {
        fmt::format_to(put, "# HELP cellwise_{0} {1}\n# TYPE cellwise_{0} {2}\ncellwise_{0} {3}\n", name, help, kind,
                       value);
    };
    fmt::format_to(put,
                   "# HELP cellwise_responses_total Responses by route and status.\n"
                   "# TYPE cellwise_responses_total counter\n");
    for (const auto& [key, number] : responses_) {
        fmt::format_to(put, "cellwise_responses_total{{route=\"{}\",status=\"{}\"}} {}\n", key.first, key.second,
                       number);
    }
    fmt::format_to(put,
                   "# HELP cellwise_response_seconds From a request's last byte to its response.\n"
                   "# TYPE cellwise_response_seconds histogram\n");
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        sum += latencies_[i];
        fmt::format_to(put, "cellwise_response_seconds_bucket{{le=\"{}\"}} {}\n", bounds[i], sum);
    }
    sum += latencies_.back();
    fmt::format_to(put,
                   "cellwise_response_seconds_bucket{{le=\"+Inf\"}} {0}\ncellwise_response_seconds_sum {1}\n"
                   "cellwise_response_seconds_count {0}\n",
                   sum, seconds_);
    single("connections_total", "counter", "Connections accepted.", connections.load());
    single("refused_connections_total", "counter", "Connections closed at once, because there were too many.",
           refused_connections.load());
    single("timeouts_total", "counter", "Connections closed because a deadline had passed.", timeouts.load());
    single("sent_bytes_total", "counter", "Bytes of responses, without TLS.", bytes_sent.load());
    single("open_connections", "gauge", "Connections open now.", open.load());
    single("requests_in_flight", "gauge", "Requests waiting for their answer.", in_flight.load());
    single("event_streams", "gauge", "Readers of events.", event_streams.load());
    return text;
}

}  // namespace cellwise::serve::http
