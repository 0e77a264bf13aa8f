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

namespace cellwise {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail(const fs::path& path, std::string_view doing, int code) {
    throw EnvironmentError(fmt::format("cannot {} '{}': {}", doing, path.string(), std::strerror(code)));
}

fs::path temporary_name(const fs::path& path) {
    static std::atomic<unsigned> counter{0};
    auto name = path;
    name += fmt::format(".{}-{}{}", ::getpid(), counter++, temporary_extension);
    return name;
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

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)) {
    remove_abandoned(path_.parent_path(), path_.filename().string());
    std::optional<int> opened;
    while (!opened) {
        temporary_ = temporary_name(path_);
        opened = open_locked(temporary_);
    }
    descriptor_ = *opened;
    if (descriptor_ < 0) fail(path_, "write", errno);
}

AtomicFile::~AtomicFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(descriptor_, bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR) continue;
            fail(path_, "write", errno);
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void AtomicFile::write(std::span<const std::byte> bytes) {
    write(std::string_view{reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void AtomicFile::commit() {
    if (::fsync(descriptor_) != 0) fail(path_, "flush", errno);
    // Renamed while it is locked: unlocked, it would look abandoned.
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail(path_, "write", errno);
    ::close(std::exchange(descriptor_, -1));
    sync_folder(path_.parent_path());
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
