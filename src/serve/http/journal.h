#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

namespace cellwise::serve::http {

/// One answered request, as the log tells of it. There is no path, no query, no body in it: these hold what people
/// wrote and the numbers of customers.
struct JournalEntry {
    std::string_view method, route;
    int status = 0;
    double milliseconds = 0;
    std::size_t bytes = 0;
    std::string_view address;
};

/// JSON lines about requests, gathered and written a few times a second. For the event loop alone.
class Journal {
public:
    /// stream: null writes nothing.
    explicit Journal(std::FILE* stream) : stream_(stream) {}
    [[nodiscard]] bool wanted() const { return stream_ != nullptr; }
    void add(const JournalEntry& entry);
    /// A line about the server itself: "listening", "draining", "stopped".
    void say(std::string_view event, std::string_view detail);
    void flush();

private:
    std::FILE* stream_;
    std::string lines_;
};

}  // namespace cellwise::serve::http
