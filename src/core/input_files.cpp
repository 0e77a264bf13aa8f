#include "core/input_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <mutex>
#include <new>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"

namespace cellwise {
namespace {

using FileNumber = std::pair<dev_t, ino_t>;

std::optional<FileNumber> number_of(const std::filesystem::path& path) noexcept {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return FileNumber{status.st_dev, status.st_ino};
}

struct Inputs {
    std::mutex mutex;
    std::set<FileNumber> files;
};

Inputs& inputs() {
    static Inputs all;
    return all;
}

}  // namespace

void note_input(const std::filesystem::path& path) noexcept {
    const auto number = number_of(path);
    if (!number) return;
    try {
        const std::lock_guard lock(inputs().mutex);
        inputs().files.insert(*number);
    } catch (const std::bad_alloc&) {
        return;  // whoever needs memory next will say so
    }
}

bool is_input(const std::filesystem::path& path) noexcept {
    const auto number = number_of(path);
    if (!number) return false;
    const std::lock_guard lock(inputs().mutex);
    return inputs().files.contains(*number);
}

bool is_same_file(const std::filesystem::path& one, const std::filesystem::path& other) noexcept {
    const auto number = number_of(one);
    return number && number == number_of(other);
}

void write_output_file(const std::filesystem::path& path, std::string_view bytes) {
    if (is_input(path)) {
        throw UsageError(
            fmt::format("'{}' was read by this command and is not written over: name another file for its "
                        "results",
                        path.string()));
    }
    write_file_atomically(path, bytes);
}

}  // namespace cellwise
