#pragma once

// Included by the files of this folder that see Boost.Asio alone.

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "serve/http/guard.h"
#include "serve/http/journal.h"
#include "serve/http/limits.h"
#include "serve/http/message.h"
#include "serve/http/server.h"
#include "serve/http/traffic.h"

namespace cellwise::serve::http {

using Clock = std::chrono::steady_clock;

class Connection;

/// What all connections of a server share. Lives as long as the last of them.
struct Shared {
    Limits limits;
    const Guard* guard = nullptr;
    Traffic* traffic = nullptr;
    Handler handler;
    Journal journal{nullptr};
    std::string date;       ///< the field Date of this second
    bool draining = false;  ///< on the loop
    std::function<void(Connection&)> gone;
};

/// One client, seen by the server: something that is closed when its deadline has passed.
class Connection : public Exchange, public EventSink {
public:
    virtual void start() = 0;
    /// Ends it now, whatever is under way.
    virtual void abort() = 0;
    /// Between two requests, so nothing is lost by closing it.
    [[nodiscard]] virtual bool idle() const = 0;
    [[nodiscard]] virtual bool is_event_stream() const = 0;

    Clock::time_point deadline = Clock::time_point::max();
    std::string address;  ///< of the client
    bool is_remote = false;
};

/// A connection without TLS, or with it where `tls` is not null.
[[nodiscard]] std::shared_ptr<Connection> make_connection(std::shared_ptr<Shared> shared,
                                                          boost::asio::ip::tcp::socket socket,
                                                          boost::asio::ssl::context* tls);

}  // namespace cellwise::serve::http
