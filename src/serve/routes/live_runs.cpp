#include "serve/routes/live_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "core/hash.h"
#include "core/json_text.h"

namespace cellwise::serve {
namespace {

constexpr std::size_t most_read = 64 * 1024;     // of one file at once
constexpr std::uint64_t polls_of_a_listing = 4;  // runs are listed every two seconds
constexpr std::uint64_t polls_of_silence = 30;   // then a comment shows that the connection lives

/// Stands for a name in an event's id, which must hold no line ends.
std::string code_of(const std::string& name) { return sha256(name).substr(0, 12); }

std::map<std::string, std::uint64_t, std::less<>> offsets_of(std::string_view id) {
    std::map<std::string, std::uint64_t, std::less<>> offsets;
    while (!id.empty() && offsets.size() < 1000) {
        const auto end = std::min(id.find(','), id.size());
        const auto part = id.substr(0, end);
        const auto colon = part.find(':');
        std::uint64_t offset = 0;
        if (colon != std::string_view::npos &&
            std::from_chars(part.data() + colon + 1, part.data() + part.size(), offset).ec == std::errc()) {
            offsets[std::string(part.substr(0, colon))] = offset;
        }
        id.remove_prefix(std::min(end + 1, id.size()));
    }
    return offsets;
}

/// Whole lines of a file from a byte on; `offset` moves behind them.
std::vector<std::string> new_lines(const std::filesystem::path& path, std::uint64_t& offset) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error) return {};
    if (offset > size) offset = 0;  // begun anew
    if (offset == size) return {};
    std::ifstream file(path, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset));
    std::string bytes(std::min<std::uint64_t>(size - offset, most_read), '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    std::vector<std::string> lines;
    std::size_t begin = 0;
    for (auto end = bytes.find('\n'); end != std::string::npos; end = bytes.find('\n', begin)) {
        lines.push_back(bytes.substr(begin, end - begin));
        begin = end + 1;
    }
    offset += begin;
    return lines;
}

std::string states_of(const std::vector<RunEntry>& runs) {
    std::string states;
    for (const auto& run : runs) states += fmt::format("{}\n{}\n{}\n", run.name, run.state, run.epochs.size());
    return states;
}

}  // namespace

void LiveRuns::watch(std::shared_ptr<http::EventSink> sink, std::vector<std::string> names,
                     std::string_view last_event_id) {
    listed_ = runs_.list();
    Reader reader{std::move(sink), std::move(names), {}, states_of(listed_), 0};
    const auto offsets = offsets_of(last_event_id);
    for (const auto& run : listed_) {
        if (const auto found = offsets.find(code_of(run.name)); found != offsets.end()) {
            reader.offsets[run.name] = found->second;
        }
    }
    reader.sink->send(": connected\nretry: 2000\n\n");
    all_.push_back(std::move(reader));
    readers_ = all_.size();
    poll();
}

std::string LiveRuns::event_id(const Reader& reader) {
    std::string id;
    for (const auto& [name, offset] : reader.offsets) {
        id += fmt::format("{}{}:{}", id.empty() ? "" : ",", code_of(name), offset);
    }
    return id;
}

void LiveRuns::send_progress(Reader& reader, const RunEntry& run) {
    auto& offset = reader.offsets[run.name];
    for (const auto& line : new_lines(run.progress, offset)) {
        auto progress = nlohmann::ordered_json::parse(line, nullptr, false);
        if (progress.is_discarded()) continue;
        const nlohmann::ordered_json data = {{"run", run.name}, {"progress", std::move(progress)}};
        reader.sink->send(fmt::format("event: progress\nid: {}\ndata: {}\n\n", event_id(reader), json_text(data)));
        reader.quiet = 0;
    }
}

void LiveRuns::poll() {
    std::erase_if(all_, [](const auto& reader) { return reader.sink->closed(); });
    readers_ = all_.size();
    if (all_.empty()) return;
    if (polls_++ % polls_of_a_listing == 0) listed_ = runs_.list();
    const auto states = states_of(listed_);
    for (auto& reader : all_) {
        for (const auto& run : listed_) {
            const bool named = std::ranges::find(reader.names, run.name) != reader.names.end();
            if (run.progress.empty() || !(named || (reader.names.empty() && run.state == "running"))) continue;
            send_progress(reader, run);
        }
        if (reader.states != states) {
            reader.states = states;
            reader.sink->send("event: runs\ndata: {}\n\n");
            reader.quiet = 0;
        }
        if (++reader.quiet % polls_of_silence == 0) reader.sink->send(": still here\n\n");
    }
}

}  // namespace cellwise::serve
