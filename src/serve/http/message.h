#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cellwise::serve::http {

/// The head of a request after all checks of its form (request_head.h).
struct RequestHead {
    std::string method;                                      ///< "GET", "HEAD", "POST" or "DELETE"
    std::vector<std::string> path;                           ///< segments, each percent-decoded once; "/" has none
    std::vector<std::pair<std::string, std::string>> query;  ///< names and values, decoded once
    std::size_t content_length = 0;
    bool keep_alive = true;
    bool expects_continue = false;
    std::string host;  ///< as sent, with its port
    std::string origin, fetch_site, fetch_mode, content_type, authorization, cookie, if_none_match, last_event_id;

    /// The value of the first query parameter of that name; empty if there is none.
    [[nodiscard]] std::string_view parameter(std::string_view name) const;
};

struct Request {
    RequestHead head;
    std::string body;
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::string_view fixed;  ///< bytes that live as long as the program, in place of `body`
    std::vector<std::pair<std::string, std::string>> headers;
    std::string policy;      ///< a Content-Security-Policy in place of the usual one
    std::string_view route;  ///< for metrics and log: "/v1/customers/{id}", never the path itself
    bool close = false;      ///< ends the connection after it
    [[nodiscard]] std::string_view content() const { return fixed.empty() ? std::string_view(body) : fixed; }
};

/// A reader of server-sent events. Its functions may be called from any thread.
class EventSink {
public:
    virtual ~EventSink() = default;
    /// Sends bytes of the stream. A reader who leaves too much unread is cut off; he comes back with Last-Event-ID.
    virtual void send(std::string bytes) = 0;
    [[nodiscard]] virtual bool closed() const = 0;
};

/// One request that waits for its answer.
class Exchange {
public:
    virtual ~Exchange() = default;
    /// Answers; once, from any thread. Nothing happens if the client has gone.
    virtual void answer(Response response) = 0;
    /// Answers with an endless stream of events instead. On the event loop alone.
    virtual std::shared_ptr<EventSink> answer_with_events(std::string_view route) = 0;
};

/// An RFC 9457 problem document. `detail` is for people; of one longer than 900 bytes the middle is left out.
[[nodiscard]] Response problem(int status, std::string_view detail);

/// The phrase of a status: "Not Found".
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace cellwise::serve::http
