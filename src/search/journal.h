#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "core/stopwatch.h"
#include "search/space.h"
#include "search/trial.h"

namespace cellwise::search {

/// A trial's values as JSON: numbers as numbers, names as texts.
[[nodiscard]] nlohmann::ordered_json values_json(const Space& space, const Point& point);

/// One line of the journal:
///     {"number":7,"values":{"learning-rate":0.003},"state":"complete","objective":0.85,"intermediates":[[1,0.8]],
///      "seconds":12.5,"message":""}
/// `objective` is null unless the trial is complete; a value that is not finite is null.
[[nodiscard]] nlohmann::ordered_json trial_json(const Space& space, const Trial& trial);
/// The reverse. Throws DataError, which begins with `where`.
[[nodiscard]] Trial trial_of(const nlohmann::json& line, const Space& space, std::string_view where);

/// trials.jsonl of a study: a line a finished trial, in the order in which they ended, only ever appended to. A line is
/// written at once and reaches the disk within a second, or at the next flush(). What a killed program wrote half of
/// its last line is cut off when the journal is opened again; that trial is then run once more.
class Journal {
public:
    /// Opens the journal, or begins one, and reads what it holds. Throws DataError naming the file and the line where
    /// one that is not the last is broken, or a number stands twice; EnvironmentError if it cannot be written.
    Journal(std::filesystem::path path, const Space& space);
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;
    ~Journal();

    /// What it held when it was opened, by number.
    [[nodiscard]] const std::vector<Trial>& trials() const { return trials_; }
    /// Whether a broken last line was cut off.
    [[nodiscard]] bool was_torn() const { return was_torn_; }

    /// Not from several threads at once. Throws EnvironmentError (disk full), leaving the journal as it was.
    void append(const Trial& trial);
    /// Waits until everything is on the disk.
    void flush();

private:
    void read(std::string_view bytes);

    std::filesystem::path path_;
    const Space& space_;
    std::vector<Trial> trials_;
    std::int64_t size_ = 0;  ///< bytes of whole lines
    bool was_torn_ = false;
    int descriptor_ = -1;
    Stopwatch since_flush_;
};

}  // namespace cellwise::search
