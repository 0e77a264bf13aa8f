#include "core/abandoned_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <new>

#include "core/atomic_file.h"

namespace cellwise {
namespace fs = std::filesystem;
namespace {

/// Whether `file` is what AtomicFile makes of `name`, or of any name if that is empty:
/// NAME.PROCESS-NUMBER.part.
bool is_temporary_of(std::string_view name, std::string_view file) {
    if (!file.starts_with(name) || !file.ends_with(temporary_extension)) return false;
    file.remove_suffix(std::string_view(temporary_extension).size());
    const auto dot = file.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || (!name.empty() && dot != name.size())) return false;
    const auto numbers = file.substr(dot + 1);
    const auto dash = numbers.find('-');
    const auto is_number = [](std::string_view text) {
        return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    };
    return dash != std::string_view::npos && is_number(numbers.substr(0, dash)) && is_number(numbers.substr(dash + 1));
}

/// Whoever writes the file holds a lock on it until it has its name.
void remove_if_unlocked(const fs::path& temporary) {
    const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) return;
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) ::unlink(temporary.c_str());
    ::close(descriptor);
}

}  // namespace

void remove_abandoned(const fs::path& folder, std::string_view name) noexcept {
    try {
        std::error_code code;
        for (fs::directory_iterator each(folder.empty() ? "." : folder, code), end; !code && each != end;
             each.increment(code)) {
            if (is_temporary_of(name, each->path().filename().string())) remove_if_unlocked(each->path());
        }
    } catch (const std::bad_alloc&) {
        return;  // whoever needs memory next will say so
    }
}

}  // namespace cellwise
