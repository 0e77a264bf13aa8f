#include "serve/http/server.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <unordered_map>
#include <unordered_set>

#include "core/error.h"
#include "serve/http/connection.h"
#include "serve/http/tls.h"

namespace cellwise::serve::http {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds tick_time{100};

std::string date_now() {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

/// An IPv6 address in brackets, as in a URL.
std::string in_url(const asio::ip::address& address) {
    return address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
}

}  // namespace

class Server::Impl {
public:
    Impl(const ServerOptions& options, const Guard& guard, Traffic& traffic)
        : context_(1), acceptor_(context_), timer_(context_), pause_(context_), shared_(std::make_shared<Shared>()) {
        shared_->limits = options.limits;
        shared_->guard = &guard;
        shared_->traffic = &traffic;
        shared_->journal = Journal(options.journal);
        shared_->date = date_now();
        shared_->gone = [this](Connection& connection) { forget(connection); };
        if (options.tls) tls_.emplace(make_tls_context(*options.tls));
        bind(options);
    }

    ~Impl() {
        for (const auto& connection : std::exchange(connections_, {})) connection->abort();
    }

    [[nodiscard]] std::string address() const {
        const auto endpoint = acceptor_.local_endpoint();
        return fmt::format("{}://{}:{}", tls_ ? "https" : "http", in_url(endpoint.address()), endpoint.port());
    }

    void run(const Handler& handler, const std::function<bool()>& stop_requested, const std::function<void()>& tick) {
        shared_->handler = handler;
        stop_requested_ = stop_requested;
        tick_ = tick;
        error_code error;
        acceptor_.listen(tcp::socket::max_listen_connections, error);
        if (error) throw EnvironmentError(fmt::format("{} cannot be listened on: {}", address(), error.message()));
        shared_->journal.say("listening", address());
        accept();
        wait_for_tick();
        context_.run();
        shared_->journal.say("stopped", "");
        shared_->handler = {};
    }

    [[nodiscard]] bool draining() const { return draining_; }

private:
    void bind(const ServerOptions& options) {
        tcp::resolver resolver(context_);
        error_code error;
        const auto found = resolver.resolve(options.host, std::to_string(options.port),
                                            tcp::resolver::passive | tcp::resolver::numeric_service, error);
        if (error || found.empty()) {
            throw EnvironmentError(fmt::format("--host {}: no such address: {}", options.host, error.message()));
        }
        const auto endpoint = found.begin()->endpoint();
        acceptor_.open(endpoint.protocol(), error);
        if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
        if (!error) acceptor_.bind(endpoint, error);
        // Two sockets may be bound to a port, but only one of them listens: this is told now, not after the models are
        // loaded. Who connects before run() waits.
        if (!error) acceptor_.listen(tcp::socket::max_listen_connections, error);
        if (error == asio::error::address_in_use) {
            throw EnvironmentError(fmt::format(
                "port {} of {} is taken by another program: choose one with --port N, or a free one with --port 0",
                options.port, options.host));
        }
        if (error) {
            throw EnvironmentError(
                fmt::format("port {} of {} cannot be used: {}", options.port, options.host, error.message()));
        }
    }

    void accept() {
        acceptor_.async_accept([this](error_code error, tcp::socket socket) {
            if (error == asio::error::operation_aborted) return;
            if (error) return pause_accepting();
            take(std::move(socket));
            accept();
        });
    }

    /// Out of file descriptors, most likely: new clients wait until some have gone.
    void pause_accepting() {
        pause_.expires_after(tick_time);
        pause_.async_wait([this](error_code error) {
            if (!error && !draining_) accept();
        });
    }

    void take(tcp::socket socket) {
        error_code error;
        const auto remote = socket.remote_endpoint(error);
        if (error) return;
        ++shared_->traffic->connections;
        const auto address = remote.address().to_string();
        const bool is_remote = !is_loopback(address);
        if (is_remote && of_address_[address] >= shared_->limits.connections_of_address) return turn_away(socket);
        if (connections_.size() >= shared_->limits.connections && !close_an_idle_one()) return turn_away(socket);
        auto connection = make_connection(shared_, std::move(socket), tls_ ? &*tls_ : nullptr);
        connection->address = address;
        connection->is_remote = is_remote;
        if (is_remote) ++of_address_[address];
        connections_.insert(connection);
        connection->start();
    }

    /// The client is told by a short response, if he reads it at once; nobody waits for him.
    void turn_away(tcp::socket& socket) {
        ++shared_->traffic->refused_connections;
        if (!tls_) {
            static constexpr std::string_view busy =
                "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            error_code ignored;
            socket.non_blocking(true, ignored);
            socket.write_some(asio::buffer(busy), ignored);
            socket.shutdown(tcp::socket::shutdown_send, ignored);
        }
    }

    bool close_an_idle_one() {
        const auto idle = std::ranges::find_if(connections_, [](const auto& one) { return one->idle(); });
        if (idle == connections_.end()) return false;
        const auto connection = *idle;
        connection->abort();
        return true;
    }

    void forget(Connection& connection) {
        const auto found =
            std::ranges::find_if(connections_, [&](const auto& one) { return one.get() == &connection; });
        if (found == connections_.end()) return;
        if (connection.is_remote && --of_address_[connection.address] == 0) of_address_.erase(connection.address);
        connections_.erase(found);
        if (draining_ && connections_.empty()) end();
    }

    void wait_for_tick() {
        timer_.expires_after(tick_time);
        timer_.async_wait([this](error_code error) {
            if (error) return;
            on_tick();
            if (!draining_ || !connections_.empty()) wait_for_tick();
        });
    }

    void on_tick() {
        const auto now = Clock::now();
        shared_->date = date_now();
        std::vector<std::shared_ptr<Connection>> late;
        for (const auto& connection : connections_) {
            if (connection->deadline <= now) late.push_back(connection);
        }
        for (const auto& connection : late) {
            ++shared_->traffic->timeouts;
            connection->abort();
        }
        shared_->journal.flush();
        if (!draining_) {
            tick_();
            if (stop_requested_()) drain();
        } else if (now >= drain_until_) {
            for (const auto& connection : std::exchange(connections_, {})) connection->abort();
            end();
        }
    }

    void drain() {
        shared_->journal.say("draining", fmt::format("{} connections are open", connections_.size()));
        draining_ = true;
        shared_->draining = true;
        drain_until_ = Clock::now() + shared_->limits.drain;
        error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
        const auto open = connections_;
        for (const auto& connection : open) {
            if (connection->idle() || connection->is_event_stream()) connection->abort();
        }
        if (connections_.empty()) end();
    }

    void end() {
        timer_.cancel();
        shared_->journal.flush();
    }

    asio::io_context context_;
    tcp::acceptor acceptor_;
    asio::steady_timer timer_, pause_;
    std::optional<asio::ssl::context> tls_;
    std::shared_ptr<Shared> shared_;
    std::function<bool()> stop_requested_;
    std::function<void()> tick_;
    std::unordered_set<std::shared_ptr<Connection>> connections_;
    std::unordered_map<std::string, std::size_t> of_address_;
    std::atomic<bool> draining_{false};
    Clock::time_point drain_until_;
};

Server::Server(const ServerOptions& options, const Guard& guard, Traffic& traffic)
    : impl_(std::make_unique<Impl>(options, guard, traffic)) {}
Server::~Server() = default;
std::string Server::address() const { return impl_->address(); }
bool Server::draining() const { return impl_->draining(); }
void Server::run(const Handler& handler, const std::function<bool()>& stop_requested,
                 const std::function<void()>& tick) {
    impl_->run(handler, stop_requested, tick);
}

}  // namespace cellwise::serve::http
