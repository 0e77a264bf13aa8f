#include "core/folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace cellwise {

namespace {

constexpr int most_tries = 1000;  // a second, for what another holds for microseconds

int open_folder(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        throw EnvironmentError(fmt::format("cannot open the folder '{}': {}", folder.string(), std::strerror(errno)));
    }
    return descriptor;
}

/// File systems without locks say so with other codes: then there is nothing to wait for.
bool is_refused(int descriptor, int kind) { return ::flock(descriptor, kind | LOCK_NB) != 0 && errno == EWOULDBLOCK; }

}  // namespace

std::optional<FolderLock> FolderLock::try_lock(const std::filesystem::path& folder) {
    FolderLock lock(open_folder(folder));
    for (int i = 0; i < most_tries; ++i) {
        if (!is_refused(lock.descriptor_, LOCK_EX)) return lock;
        if (is_refused(lock.descriptor_, LOCK_SH)) return std::nullopt;  // somebody works in it
        ::flock(lock.descriptor_, LOCK_UN);                              // somebody only asks
        ::usleep(1000);
    }
    return std::nullopt;
}

bool FolderLock::is_held(const std::filesystem::path& folder) {
    const FolderLock lock(open_folder(folder));
    return is_refused(lock.descriptor_, LOCK_SH);
}

FolderLock::FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock::~FolderLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace cellwise
