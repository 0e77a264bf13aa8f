#include "core/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "core/abandoned_files.h"
#include "core/error.h"
#include "core/input_files.h"
#include "core/write_all.h"

namespace cellwise {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail(const fs::path& path, std::string_view doing, int code) {
    throw EnvironmentError(fmt::format("cannot {} '{}': {}", doing, path.string(), std::strerror(code)));
}

/// The name with the temporary file's ending must not be too long for a file system.
std::string temporary_stem(const fs::path& path) {
    constexpr std::size_t ending = 40;
    return path.filename().string().substr(0, longest_file_name - ending);
}

fs::path temporary_name(const fs::path& path) {
    static std::atomic<unsigned> counter{0};
    return path.parent_path() /
           fmt::format("{}.{}-{}{}", temporary_stem(path), ::getpid(), counter++, temporary_extension);
}

void sync_folder(const fs::path& folder) {
    const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;  // the rename is done; only its durability is less certain
    ::fsync(descriptor);
    ::close(descriptor);
}

/// Makes the file and locks it. Nothing if it is there already, from a killed program with the same process
/// number (in a container that is often 1), or if another program, which tidies up, took it in between.
std::optional<int> open_locked(const fs::path& temporary) {
    const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0) return errno == EEXIST ? std::nullopt : std::optional(-1);
    struct stat status {};
    // A file system without locks says so with another code; there nobody tidies up.
    const bool is_taken = ::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!is_taken && (::fstat(descriptor, &status) != 0 || status.st_nlink > 0)) return descriptor;
    ::close(descriptor);
    return std::nullopt;
}

}  // namespace

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)), target_(write_target(path_)) {
    if (target_.way != WriteTarget::Way::replace || !open_temporary()) open_in_place();
}

/// False if the former file must be written in place after all.
bool AtomicFile::open_temporary() {
    remove_abandoned(target_.path.parent_path(), temporary_stem(target_.path));
    std::optional<int> opened;
    while (!opened) {
        temporary_ = temporary_name(target_.path);
        opened = open_locked(temporary_);
    }
    const auto& owner = target_.owner;
    if (*opened < 0) {
        if (!owner || (errno != EACCES && errno != EPERM)) fail(path_, "write", errno);
        temporary_.clear();
        return false;
    }
    descriptor_ = *opened;
    if (!owner) return true;
    struct stat status {};
    const bool is_ours =
        ::fstat(descriptor_, &status) == 0 && status.st_uid == owner->user && status.st_gid == owner->group;
    // The mode last: a change of the owner takes bits of it away.
    if ((is_ours || ::fchown(descriptor_, owner->user, owner->group) == 0) && ::fchmod(descriptor_, owner->mode) == 0) {
        return true;
    }
    ::unlink(temporary_.c_str());
    ::close(std::exchange(descriptor_, -1));
    temporary_.clear();
    return false;
}

void AtomicFile::open_in_place() {
    // What a former file holds stays until the first byte is written.
    descriptor_ = target_.way == WriteTarget::Way::descriptor
                      ? ::fcntl(target_.descriptor, F_DUPFD_CLOEXEC, 0)
                      : ::open(target_.path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor_ < 0) fail(path_, "write", errno);
}

AtomicFile::~AtomicFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
    if (const int failure = write_all(descriptor_, bytes); failure != 0) fail(path_, "write", failure);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
    write(std::string_view{reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void AtomicFile::commit() {
    if (!target_.is_regular) {  // nothing to cut or to flush
        if (::close(std::exchange(descriptor_, -1)) != 0) fail(path_, "write", errno);
        return;
    }
    if (temporary_.empty() && ::ftruncate(descriptor_, ::lseek(descriptor_, 0, SEEK_CUR)) != 0) {
        fail(path_, "write", errno);
    }
    if (::fsync(descriptor_) != 0) fail(path_, "flush", errno);
    // Renamed while it is locked: unlocked, it would look abandoned.
    if (!temporary_.empty() && ::rename(temporary_.c_str(), target_.path.c_str()) != 0) fail(path_, "write", errno);
    ::close(std::exchange(descriptor_, -1));
    sync_folder(target_.path.parent_path());
}

void write_file_atomically(const fs::path& path, std::string_view bytes) {
    if (path.has_parent_path()) make_folder(path.parent_path());
    AtomicFile file(path);
    file.write(bytes);
    file.commit();
}

std::string read_file(const fs::path& path, std::uintmax_t most_bytes) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) throw DataError(fmt::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
    note_input(path);
    std::string bytes;
    try {
        struct stat status {};
        if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) {
            if (static_cast<std::uintmax_t>(status.st_size) > most_bytes) {
                throw DataError(fmt::format("'{}' has {} bytes, more than the {} that such a file may have",
                                            path.string(), status.st_size, most_bytes));
            }
            bytes.reserve(static_cast<std::size_t>(status.st_size));
        }
        char buffer[1 << 16];
        while (true) {
            const auto got = ::read(descriptor, buffer, sizeof buffer);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) throw DataError(fmt::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
            if (got == 0) break;
            bytes.append(buffer, static_cast<std::size_t>(got));
            if (bytes.size() > most_bytes) {
                throw DataError(fmt::format("'{}' is larger than {} bytes", path.string(), most_bytes));
            }
        }
    } catch (...) {
        ::close(descriptor);
        throw;
    }
    ::close(descriptor);
    return bytes;
}

void make_folder(const fs::path& path) {
    std::error_code code;
    fs::create_directories(path, code);
    if (code) throw EnvironmentError(fmt::format("cannot make the folder '{}': {}", path.string(), code.message()));
}

}  // namespace cellwise
