#include "core/write_target.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <string_view>

#include "core/error.h"

namespace cellwise {
namespace fs = std::filesystem;
namespace {

constexpr int most_links = 40;  // as Linux

[[noreturn]] void refuse(const fs::path& path, std::string_view reason) {
    throw EnvironmentError(fmt::format("cannot write '{}': {}", path.string(), reason));
}

/// N if the path is the N-th descriptor of this process, by whatever name.
std::optional<int> own_descriptor(const fs::path& path) {
    std::error_code code;
    const auto descriptors = fs::canonical("/proc/self/fd", code);
    if (code || fs::canonical(path.parent_path(), code) != descriptors || code) return std::nullopt;
    const auto name = path.filename().string();
    int number = -1;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
    return number;
}

WriteTarget descriptor_target(const fs::path& named, const fs::path& path, int descriptor) {
    const int flags = ::fcntl(descriptor, F_GETFL);
    if (flags < 0) refuse(named, "that descriptor is not open");
    if ((flags & O_ACCMODE) == O_RDONLY) refuse(named, "that descriptor is open for reading only");
    return {path, WriteTarget::Way::descriptor, false, descriptor, std::nullopt};
}

WriteTarget existing_target(const fs::path& named, const fs::path& path, const struct stat& status) {
    if (S_ISDIR(status.st_mode)) refuse(named, "it is a folder: name a file in it");
    if (S_ISSOCK(status.st_mode)) refuse(named, "it is a socket");
    if (::access(path.c_str(), W_OK) != 0) refuse(named, std::strerror(errno));
    if (!S_ISREG(status.st_mode)) return {path, WriteTarget::Way::in_place, false, -1, std::nullopt};
    if ((status.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)) == 0) {
        refuse(named, "it is read-only (chmod u+w allows it, another name leaves it alone)");
    }
    const auto way = status.st_nlink > 1 ? WriteTarget::Way::in_place : WriteTarget::Way::replace;
    return {path, way, true, -1, WriteTarget::Owner{status.st_mode & 07777U, status.st_uid, status.st_gid}};
}

}  // namespace

WriteTarget write_target(const fs::path& named) {
    auto path = named;
    for (int links = 0; links <= most_links; ++links) {
        if (const auto descriptor = own_descriptor(path)) return descriptor_target(named, path, *descriptor);
        struct stat status {};
        if (::lstat(path.c_str(), &status) != 0) {
            if (errno != ENOENT) refuse(named, std::strerror(errno));
            return {path, WriteTarget::Way::replace, true, -1, std::nullopt};
        }
        if (!S_ISLNK(status.st_mode)) return existing_target(named, path, status);
        std::error_code code;
        const auto to = fs::read_symlink(path, code);
        if (code) refuse(named, code.message());
        path = to.is_absolute() ? to : path.parent_path() / to;
    }
    refuse(named, std::strerror(ELOOP));
}

}  // namespace cellwise
