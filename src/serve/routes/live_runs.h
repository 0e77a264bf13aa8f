#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "serve/http/message.h"
#include "serve/runs.h"

namespace cellwise::serve {

/// Readers of events, and what they have been sent of the progress.jsonl of the runs they watch. All on the thread of
/// the runs.
///
/// An event's id is "NAME-CODE:BYTE" for each run watched, joined by ',': how far its file was read. A reader who comes
/// back with it as Last-Event-ID goes on there.
class LiveRuns {
public:
    explicit LiveRuns(Runs& runs) : runs_(runs) {}

    /// Watches runs (all that are running, if none is named) for a reader. Names that are no runs are passed over.
    void watch(std::shared_ptr<http::EventSink> sink, std::vector<std::string> names, std::string_view last_event_id);

    /// Sends what is new: "progress" for each new line, "runs" when a run appears, goes or changes its state.
    void poll();

    [[nodiscard]] bool has_readers() const { return readers_.load(std::memory_order_relaxed) > 0; }

private:
    struct Reader {
        std::shared_ptr<http::EventSink> sink;
        std::vector<std::string> names;
        std::map<std::string, std::uint64_t> offsets;
        std::string states;
        std::uint64_t quiet = 0;
    };
    void send_progress(Reader& reader, const RunEntry& run);
    static std::string event_id(const Reader& reader);

    Runs& runs_;
    std::vector<Reader> all_;
    std::atomic<std::size_t> readers_{0};
    std::uint64_t polls_ = 0;
    std::vector<RunEntry> listed_;
};

}  // namespace cellwise::serve
