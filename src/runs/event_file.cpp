#include "runs/event_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "core/atomic_file.h"
#include "core/crc32c.h"
#include "core/error.h"

namespace cellwise::runs {
namespace {

// Protocol Buffers' wire format: a field is its number and type, then its value.
enum WireType : std::uint32_t { varint = 0, fixed64 = 1, bytes_with_length = 2, fixed32 = 5 };

template <class Integer>
std::string little_endian(Integer value) {
    std::string bytes;
    for (std::size_t i = 0; i < sizeof value; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
    return bytes;
}

std::string varint_bytes(std::uint64_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
    return bytes + static_cast<char>(value);
}

std::string key(std::uint32_t field, WireType type) { return varint_bytes(field << 3 | type); }

std::string double_field(std::uint32_t field, double value) {
    return key(field, fixed64) + little_endian(std::bit_cast<std::uint64_t>(value));
}
std::string float_field(std::uint32_t field, float value) {
    return key(field, fixed32) + little_endian(std::bit_cast<std::uint32_t>(value));
}
std::string integer_field(std::uint32_t field, std::int64_t value) {
    return key(field, varint) + varint_bytes(static_cast<std::uint64_t>(value));
}
std::string bytes_field(std::uint32_t field, std::string_view value) {
    return key(field, bytes_with_length) + varint_bytes(value.size()) + std::string(value);
}

// Field numbers of tensorflow/core/util/event.proto and framework/summary.proto.
namespace event_field {
constexpr std::uint32_t wall_time = 1, step = 2, file_version = 3, summary = 5;
}
namespace summary_field {
constexpr std::uint32_t value = 1, tag = 1, simple_value = 2;
}

std::string masked_crc(std::string_view data) {
    const auto crc = crc32c(data);
    return little_endian(static_cast<std::uint32_t>((crc >> 15 | crc << 17) + 0xA282EAD8));
}

}  // namespace

std::string tf_record(std::string_view data) {
    const auto length = little_endian(static_cast<std::uint64_t>(data.size()));
    return length + masked_crc(length) + std::string(data) + masked_crc(data);
}

std::string event_message(const ScalarEvent& event) {
    std::string summary;
    for (const auto& [tag, value] : event.scalars) {
        summary +=
            bytes_field(summary_field::value, bytes_field(summary_field::tag, tag) +
                                                  float_field(summary_field::simple_value, static_cast<float>(value)));
    }
    return double_field(event_field::wall_time, event.wall_time) + integer_field(event_field::step, event.step) +
           bytes_field(event_field::summary, summary);
}

EventFile::EventFile(std::filesystem::path path, const std::vector<ScalarEvent>& events) : path_(std::move(path)) {
    const double start = events.empty() ? 0 : events.front().wall_time;
    auto content = tf_record(double_field(event_field::wall_time, start) +
                             bytes_field(event_field::file_version, "brain.Event:2"));
    for (const auto& event : events) content += tf_record(event_message(event));
    write_file_atomically(path_, content);
}

void EventFile::add(const ScalarEvent& event) const {
    const auto record = tf_record(event_message(event));
    const int descriptor = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    // In one piece: a reader that follows the file sees records, and a short write of so few bytes is a full disk.
    ssize_t written = -1;
    do {
        written = descriptor < 0 ? -1 : ::write(descriptor, record.data(), record.size());
    } while (written < 0 && descriptor >= 0 && errno == EINTR);
    const int code = written < 0 ? errno : ENOSPC;
    if (descriptor >= 0) ::close(descriptor);
    if (written != static_cast<std::ptrdiff_t>(record.size())) {
        throw EnvironmentError(fmt::format("cannot write '{}': {}", path_.string(), std::strerror(code)));
    }
}

}  // namespace cellwise::runs
