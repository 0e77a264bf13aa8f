#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>

namespace cellwise {

/// The longest name of a file that file systems take, in bytes.
inline constexpr std::size_t longest_file_name = 255;

/// Where the bytes go that are to be written under a name, and how.
struct WriteTarget {
    enum class Way {
        replace,    ///< a regular file, or none yet: a new file takes its name
        in_place,   ///< what a new file cannot stand for: a FIFO, a device, a file with several names (hard links)
        descriptor  ///< /dev/stdout, /dev/fd/N, /proc/self/fd/N: what this process has open, at its position
    };
    struct Owner {
        mode_t mode = 0;
        uid_t user = 0;
        gid_t group = 0;
    };

    std::filesystem::path path;  ///< the named path with symbolic links at its end followed
    Way way = Way::replace;
    bool is_regular = true;      ///< or does not exist yet
    int descriptor = -1;         ///< of Way::descriptor
    std::optional<Owner> owner;  ///< of an existing regular file: what a new one must keep
};

/// Looks at the file system and changes nothing. Throws EnvironmentError naming the path and the reason: a folder, a
/// file without permission to write (nobody's, not even root's, if no bit of its mode allows it), a link loop, a name
/// that is too long, a descriptor that is not open for writing.
[[nodiscard]] WriteTarget write_target(const std::filesystem::path& path);

}  // namespace cellwise
