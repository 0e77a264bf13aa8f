#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace cellwise {

/// The user's cache folder of Cellwise: $XDG_CACHE_HOME/cellwise, else ~/.cache/cellwise, else a
/// folder under the system's temporary one.
[[nodiscard]] std::filesystem::path cache_folder();

/// The system's folder for temporary files. Throws EnvironmentError if $TMPDIR names none.
[[nodiscard]] std::filesystem::path temporary_folder();

// What std::filesystem says by exceptions that would reach the user as they are. Here a name that nothing has is false;
// that it cannot be told (a name that is too long, a loop of links: DataError; no permission, a failing disk:
// EnvironmentError) is thrown with the path and the reason.

/// Whether a file, folder or anything else has this name; links are followed.
[[nodiscard]] bool is_there(const std::filesystem::path& path);
[[nodiscard]] bool is_folder(const std::filesystem::path& path);
[[nodiscard]] bool is_plain_file(const std::filesystem::path& path);

/// As these, of the name itself: a link is neither.
[[nodiscard]] bool is_own_folder(const std::filesystem::path& path);
[[nodiscard]] bool is_own_file(const std::filesystem::path& path);
[[nodiscard]] bool is_link(const std::filesystem::path& path);

/// "runs/gru" of "runs/gru/": behind a slash at the end the name would be empty, and a link would count as the folder
/// that it points to.
[[nodiscard]] std::filesystem::path without_last_slash(const std::filesystem::path& path);

/// Everything in a folder, by name. Throws DataError if there is no such folder.
[[nodiscard]] std::vector<std::filesystem::path> folder_entries(const std::filesystem::path& folder);

/// "; did you mean 'runs/gru'?", of the entry beside it with the most similar name; "" if there is none, or it cannot
/// be told. For messages that a name is not there.
[[nodiscard]] std::string nearest_entry(const std::filesystem::path& path);

/// Bytes of a file. Throws DataError if it is not there.
[[nodiscard]] std::uintmax_t size_of_file(const std::filesystem::path& path);

/// Removes a file if it is there, or a folder with all in it. Throws EnvironmentError.
void remove_file(const std::filesystem::path& path);
void remove_folder(const std::filesystem::path& path);

}  // namespace cellwise
