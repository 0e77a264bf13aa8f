#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cellwise::runs {

/// Some figures at one step of a run.
struct ScalarEvent {
    double wall_time = 0;  ///< seconds since 1970
    std::int64_t step = 0;
    std::vector<std::pair<std::string, double>> scalars;  ///< tag ("loss/train") and value, kept as float32
};

/// A TensorBoard event file: TFRecords (length, masked CRC-32C of it, bytes, masked CRC-32C of them) that
/// hold tensorflow.Event messages; the first names the version, "brain.Event:2". TensorBoard finds it by
/// the word "tfevents" in its name.
class EventFile {
public:
    /// Writes a file of these events, atomically, in place of a former one.
    EventFile(std::filesystem::path path, const std::vector<ScalarEvent>& events);

    /// Appends an event, so that a TensorBoard that watches the file sees it. Throws EnvironmentError.
    void add(const ScalarEvent& event) const;

private:
    std::filesystem::path path_;
};

/// The bytes of one record, and of one event's message.
[[nodiscard]] std::string tf_record(std::string_view data);
[[nodiscard]] std::string event_message(const ScalarEvent& event);

}  // namespace cellwise::runs
