#include "serve/http/connection.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "serve/http/request_head.h"
#include "serve/http/response_head.h"

namespace cellwise::serve::http {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t read_bytes = 16 * 1024;
/// How long, and how much, is still read after a refusal, so that the client can read why.
constexpr std::chrono::seconds linger{2};
constexpr std::size_t linger_bytes = 4 * 1024 * 1024;

enum class Phase { handshake, idle, head, body, waiting, writing, events, lingering, closed };

template <class Stream>
class StreamConnection final : public Connection, public std::enable_shared_from_this<StreamConnection<Stream>> {
public:
    StreamConnection(std::shared_ptr<Shared> shared, Stream stream)
        : shared_(std::move(shared)), stream_(std::move(stream)), executor_(stream_.get_executor()) {
        ++shared_->traffic->open;
    }
    StreamConnection(const StreamConnection&) = delete;
    StreamConnection& operator=(const StreamConnection&) = delete;
    ~StreamConnection() override { --shared_->traffic->open; }

    void start() override {
        error_code ignored;
        socket().set_option(tcp::no_delay(true), ignored);
        if (const auto local = socket().local_endpoint(ignored); !ignored) local_address_ = local.address().to_string();
        deadline = Clock::now() + shared_->limits.header;
        if constexpr (is_tls) {
            phase_ = Phase::handshake;
            stream_.async_handshake(asio::ssl::stream_base::server, [self = self()](error_code error) {
                if (error) return self->abort();
                self->read_head();
            });
        } else {
            read_head();
        }
    }

    void abort() override {
        if (phase_ == Phase::closed) return;
        if (phase_ == Phase::waiting) --shared_->traffic->in_flight;
        if (phase_ == Phase::events) --shared_->traffic->event_streams;
        phase_ = Phase::closed;
        closed_.store(true, std::memory_order_relaxed);
        error_code ignored;
        socket().close(ignored);
        shared_->gone(*this);
    }

    [[nodiscard]] bool idle() const override { return phase_ == Phase::idle; }
    [[nodiscard]] bool is_event_stream() const override { return phase_ == Phase::events; }
    [[nodiscard]] bool closed() const override { return closed_.load(std::memory_order_relaxed); }

    void answer(Response response) override {
        asio::dispatch(executor_, [self = self(), response = std::move(response)]() mutable {
            if (self->phase_ != Phase::waiting) return;
            --self->shared_->traffic->in_flight;
            self->write(std::move(response));
        });
    }

    std::shared_ptr<EventSink> answer_with_events(std::string_view route) override {
        if (phase_ == Phase::waiting) {
            --shared_->traffic->in_flight;
            ++shared_->traffic->event_streams;
            shared_->traffic->count(route, 200, seconds_since(begun_));
            phase_ = Phase::events;
            deadline = Clock::time_point::max();
            append_events(event_stream_head(shared_->date));
            watch_for_end();
        }
        return self();
    }

    void send(std::string bytes) override {
        asio::post(executor_, [self = self(), bytes = std::move(bytes)] {
            if (self->phase_ == Phase::events) self->append_events(bytes);
        });
    }

private:
    static constexpr bool is_tls = !std::is_same_v<Stream, tcp::socket>;

    auto self() { return this->shared_from_this(); }
    tcp::socket& socket() {
        if constexpr (is_tls) {
            return stream_.next_layer();
        } else {
            return stream_;
        }
    }
    static double seconds_since(Clock::time_point begin) {
        return std::chrono::duration<double>(Clock::now() - begin).count();
    }

    /// Goes on with what has already arrived, or waits for the next request.
    void read_head() {
        const auto end = find_head_end(arrived_, shared_->limits.header_bytes);
        if (const auto* refusal = std::get_if<Refusal>(&end)) return refuse(*refusal);
        if (const auto size = std::get<std::optional<std::size_t>>(end)) return take_head(*size);
        if (arrived_.empty() && phase_ == Phase::writing) {
            if (shared_->draining) return finish();
            phase_ = Phase::idle;
            deadline = Clock::now() + shared_->limits.idle;
        } else if (phase_ != Phase::head) {
            phase_ = Phase::head;
            deadline = Clock::now() + shared_->limits.header;
        }
        read_some([](StreamConnection& connection) { connection.read_head(); });
    }

    template <class Then>
    void read_some(Then then) {
        stream_.async_read_some(asio::buffer(chunk_), [self = self(), then](error_code error, std::size_t count) {
            if (error) return self->abort();
            self->arrived_.append(self->chunk_.data(), count);
            then(*self);
        });
    }

    void take_head(std::size_t size) {
        begun_ = Clock::now();
        auto parsed = parse_request_head(std::string_view(arrived_).substr(0, size));
        arrived_.erase(0, size);
        if (const auto* refusal = std::get_if<Refusal>(&parsed)) return refuse(*refusal);
        request_.head = std::move(std::get<RequestHead>(parsed));
        if (const auto refusal = shared_->guard->refuse_stranger(request_.head, local_address_))
            return refuse(*refusal);
        if (request_.head.content_length > shared_->limits.body_bytes) {
            return refuse({413, "the body is larger than " + std::to_string(shared_->limits.body_bytes) + " bytes"});
        }
        phase_ = Phase::body;
        deadline = Clock::now() + shared_->limits.body;
        if (request_.head.expects_continue && arrived_.size() < request_.head.content_length) return ask_for_body();
        read_body();
    }

    void ask_for_body() {
        static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        asio::async_write(stream_, asio::buffer(go_on), [self = self()](error_code error, std::size_t) {
            if (error) return self->abort();
            self->read_body();
        });
    }

    void read_body() {
        const auto length = request_.head.content_length;
        if (arrived_.size() < length) {
            return read_some([](StreamConnection& connection) { connection.read_body(); });
        }
        if (arrived_.size() == length) {
            request_.body = std::move(arrived_);
            arrived_.clear();
        } else {
            request_.body = arrived_.substr(0, length);
            arrived_.erase(0, length);
        }
        begun_ = Clock::now();
        hand_over();
    }

    void hand_over() {
        phase_ = Phase::waiting;
        deadline = Clock::time_point::max();
        ++served_;
        ++shared_->traffic->in_flight;
        keep_alive_ = request_.head.keep_alive;
        is_head_ = request_.head.method == "HEAD";
        method_ = request_.head.method;
        const bool token = shared_->guard->knows_token(request_.head);
        try {
            shared_->handler(std::exchange(request_, {}), token, self());
        } catch (...) {
            answer(problem(500, "the server failed to answer"));
        }
    }

    void refuse(const Refusal& refusal) {
        auto response = problem(refusal.status, refusal.detail);
        if (refusal.status == 405)
            response.headers.emplace_back("Allow", "GET, HEAD, POST, DELETE");  // RFC 9110, 15.5.6
        response.close = true;
        response.route = "refused";
        method_ = "-";
        is_head_ = false;
        write(std::move(response));
    }

    void write(Response response) {
        phase_ = Phase::writing;
        deadline = Clock::now() + shared_->limits.write;
        response_ = std::move(response);
        close_ = response_.close || !keep_alive_ || shared_->draining;
        head_ = response_head(response_, shared_->date, !close_);
        const auto content =
            is_head_ || response_.status == 204 || response_.status == 304 ? std::string_view() : response_.content();
        const std::array<asio::const_buffer, 2> buffers{asio::buffer(head_), asio::buffer(content)};
        asio::async_write(stream_, buffers,
                          [self = self()](error_code error, std::size_t count) { self->written(error, count); });
    }

    void written(const error_code& error, std::size_t count) {
        auto& shared = *shared_;
        const double seconds = seconds_since(begun_);
        shared.traffic->bytes_sent += count;
        shared.traffic->count(response_.route, response_.status, seconds);
        shared.journal.add({method_, response_.route, response_.status, seconds * 1000, count, address});
        if (error) return abort();
        if (close_) return finish();
        response_ = {};
        read_head();
    }

    /// Says that nothing more will come, and reads on for a moment: closing at once with bytes unread would reset the
    /// connection, and the client would lose the response.
    void finish() {
        phase_ = Phase::lingering;
        deadline = Clock::now() + linger;
        if constexpr (is_tls) {
            stream_.async_shutdown([self = self()](error_code) { self->end_sending(); });
        } else {
            end_sending();
        }
    }

    void end_sending() {
        error_code ignored;
        socket().shutdown(tcp::socket::shutdown_send, ignored);
        read_to_end();
    }

    void read_to_end() {
        socket().async_read_some(asio::buffer(chunk_), [self = self()](error_code error, std::size_t count) {
            self->lingered_ += count;
            if (error || self->lingered_ > linger_bytes) return self->abort();
            self->read_to_end();
        });
    }

    void append_events(std::string_view bytes) {
        if (unsent_.size() + bytes.size() > shared_->limits.event_bytes) return abort();
        unsent_ += bytes;
        if (sending_.empty()) send_events();
    }

    void send_events() {
        sending_ = std::exchange(unsent_, {});
        deadline = Clock::now() + shared_->limits.write;
        asio::async_write(stream_, asio::buffer(sending_), [self = self()](error_code error, std::size_t count) {
            self->shared_->traffic->bytes_sent += count;
            if (error) return self->abort();
            self->sending_.clear();
            self->deadline = Clock::time_point::max();
            if (!self->unsent_.empty()) self->send_events();
        });
    }

    /// A reader of events sends nothing more; what comes is his end.
    void watch_for_end() {
        stream_.async_read_some(asio::buffer(chunk_), [self = self()](error_code error, std::size_t) {
            if (error) return self->abort();
            self->watch_for_end();
        });
    }

    std::shared_ptr<Shared> shared_;
    Stream stream_;
    typename Stream::executor_type executor_;
    Phase phase_ = Phase::idle;
    std::string local_address_;
    std::array<char, read_bytes> chunk_{};
    std::string arrived_;
    Request request_;
    Response response_;
    std::string head_, method_, unsent_, sending_;
    Clock::time_point begun_ = Clock::now();
    std::size_t served_ = 0, lingered_ = 0;
    bool keep_alive_ = true, close_ = false, is_head_ = false;
    std::atomic<bool> closed_{false};
};

}  // namespace

std::shared_ptr<Connection> make_connection(std::shared_ptr<Shared> shared, tcp::socket socket,
                                            asio::ssl::context* tls) {
    if (tls == nullptr) return std::make_shared<StreamConnection<tcp::socket>>(std::move(shared), std::move(socket));
    using Tls = asio::ssl::stream<tcp::socket>;
    return std::make_shared<StreamConnection<Tls>>(std::move(shared), Tls(std::move(socket), *tls));
}

}  // namespace cellwise::serve::http
