#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/write_target.h"

namespace cellwise {

/// What the names of unfinished files end in; a killed program may leave one behind.
inline constexpr const char* temporary_extension = ".part";

/// A file that appears under its name whole or not at all: bytes go to a temporary file beside it,
/// commit() flushes them to the disk and renames. Without commit() the destructor removes the temporary file and
/// the former file stays. What a killed program left of the same file goes too (core/abandoned_files.h).
/// A symbolic link is followed; a former file's mode and owner are kept.
///
/// Written in place, with no such guarantee, is what a new file cannot stand for (core/write_target.h): FIFOs, devices,
/// this process's own descriptors (/dev/stdout), a file with hard links, one whose owner cannot be kept, and one in a
/// folder where no file can be made.
///
/// Throws EnvironmentError (folder not writable, file read-only, disk full) naming the file.
class AtomicFile {
public:
    explicit AtomicFile(std::filesystem::path path);
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile();

    void write(std::string_view bytes);
    void write(std::span<const std::byte> bytes);
    void commit();

private:
    [[nodiscard]] bool open_temporary();
    void open_in_place();

    std::filesystem::path path_;  ///< as it was named
    WriteTarget target_;
    std::filesystem::path temporary_;  ///< empty: written in place
    int descriptor_ = -1;
};

/// Writes the whole file in one go, with AtomicFile's guarantees. Makes missing parent folders.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// Reads a whole file. Throws DataError naming it if it is missing, unreadable or larger than
/// `most_bytes`.
[[nodiscard]] std::string read_file(const std::filesystem::path& path, std::uintmax_t most_bytes = UINTMAX_MAX);

/// Makes a folder and its parents. Throws EnvironmentError naming it.
void make_folder(const std::filesystem::path& path);

}  // namespace cellwise
