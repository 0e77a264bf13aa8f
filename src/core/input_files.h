#pragma once

#include <filesystem>

namespace cellwise {

/// Remembers, by device and number, a regular file that this process reads, so that no output is written over it.
/// read_file() and whoever opens an input by other means call it.
void note_input(const std::filesystem::path& path) noexcept;

/// Whether the path leads to a file that was noted, by whatever name.
[[nodiscard]] bool is_input(const std::filesystem::path& path) noexcept;

/// Whether both names lead to the same regular file.
[[nodiscard]] bool is_same_file(const std::filesystem::path& one, const std::filesystem::path& other) noexcept;

/// Writes a file that the user named, as write_file_atomically() does. Throws UsageError, and leaves the file as it is,
/// if it is an input of this process.
void write_output_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace cellwise
