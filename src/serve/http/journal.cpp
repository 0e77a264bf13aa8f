#include "serve/http/journal.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/json_text.h"

namespace cellwise::serve::http {
namespace {

constexpr std::size_t most_bytes = 64 * 1024;

std::string now() {
    const auto time = std::chrono::system_clock::now();
    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time - second).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(second)),
                       milliseconds);
}

}  // namespace

void Journal::add(const JournalEntry& entry) {
    if (!wanted()) return;
    fmt::format_to(std::back_inserter(lines_),
                   R"({{"time":"{}","event":"request","method":"{}","route":"{}","status":{},"milliseconds":{:.3f},)"
                   R"("bytes":{},"address":"{}"}})"
                   "\n",
                   now(), entry.method, entry.route, entry.status, entry.milliseconds, entry.bytes, entry.address);
    if (lines_.size() > most_bytes) flush();
}

void Journal::say(std::string_view event, std::string_view detail) {
    if (!wanted()) return;
    const nlohmann::ordered_json line = {{"time", now()}, {"event", event}, {"detail", detail}};
    lines_ += json_text(line) + "\n";
    flush();
}

void Journal::flush() {
    if (lines_.empty()) return;
    std::fwrite(lines_.data(), 1, lines_.size(), stream_);
    std::fflush(stream_);
    lines_.clear();
}

}  // namespace cellwise::serve::http
