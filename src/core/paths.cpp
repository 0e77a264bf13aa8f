#include "core/paths.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "core/edit_distance.h"
#include "core/error.h"

namespace cellwise {
namespace fs = std::filesystem;
namespace {

bool is_absence(const std::error_code& code) {
    return code == std::errc::no_such_file_or_directory || code == std::errc::not_a_directory;
}

/// Of what was to be read: whether the name or the machine is at fault.
[[noreturn]] void fail(std::string_view doing, const fs::path& path, const std::error_code& code) {
    const auto message = fmt::format("cannot {} '{}': {}", doing, path.string(), code.message());
    const bool is_name = is_absence(code) || code == std::errc::filename_too_long ||
                         code == std::errc::too_many_symbolic_link_levels || code == std::errc::is_a_directory;
    if (is_name) throw DataError(message);
    throw EnvironmentError(message);
}

fs::file_status status_of(const fs::path& path) {
    std::error_code code;
    auto status = fs::status(path, code);
    if (code && !is_absence(code)) fail("look at", path, code);
    return status;
}

fs::file_status own_status_of(const fs::path& path) {
    std::error_code code;
    auto status = fs::symlink_status(path, code);
    if (code && !is_absence(code)) fail("look at", path, code);
    return status;
}

}  // namespace

fs::path cache_folder() {
    if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg != nullptr && *xdg != '\0') {
        return fs::path(xdg) / "cellwise";
    }
    if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
        return fs::path(home) / ".cache" / "cellwise";
    }
    return temporary_folder() / "cellwise";
}

fs::path temporary_folder() {
    std::error_code code;
    auto folder = fs::temp_directory_path(code);
    if (code) {
        throw EnvironmentError(
            fmt::format("there is no folder for temporary files ({}): set TMPDIR to one", code.message()));
    }
    return folder;
}

bool is_there(const fs::path& path) { return fs::exists(status_of(path)); }
bool is_folder(const fs::path& path) { return fs::is_directory(status_of(path)); }
bool is_plain_file(const fs::path& path) { return fs::is_regular_file(status_of(path)); }
bool is_own_folder(const fs::path& path) { return fs::is_directory(own_status_of(path)); }
bool is_own_file(const fs::path& path) { return fs::is_regular_file(own_status_of(path)); }
bool is_link(const fs::path& path) { return fs::is_symlink(own_status_of(path)); }

std::vector<fs::path> folder_entries(const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code code;
    fs::directory_iterator each(folder, code);
    for (const fs::directory_iterator end; !code && each != end; each.increment(code)) entries.push_back(each->path());
    if (code) fail("read the folder", folder, code);
    std::sort(entries.begin(), entries.end());
    return entries;
}

fs::path without_last_slash(const fs::path& path) { return path.has_filename() ? path : path.parent_path(); }

std::string nearest_entry(const fs::path& path) {
    const auto named = without_last_slash(path);
    const auto folder = named.has_parent_path() ? named.parent_path() : fs::path(".");
    std::vector<std::string> names;
    std::error_code code;
    for (fs::directory_iterator each(folder, code), end; !code && each != end; each.increment(code)) {
        names.push_back(each->path().filename().string());
    }
    const auto nearest = nearest_word(named.filename().string(), names);
    if (!nearest || *nearest == named.filename()) return "";
    return fmt::format("; did you mean '{}'?", (named.parent_path() / *nearest).string());
}

std::uintmax_t size_of_file(const fs::path& path) {
    std::error_code code;
    const auto size = fs::file_size(path, code);
    if (code) fail("read", path, code);
    return size;
}

void remove_file(const fs::path& path) {
    std::error_code code;
    fs::remove(path, code);
    if (code) throw EnvironmentError(fmt::format("cannot remove '{}': {}", path.string(), code.message()));
}

void remove_folder(const fs::path& path) {
    std::error_code code;
    fs::remove_all(path, code);
    if (code) throw EnvironmentError(fmt::format("cannot remove '{}': {}", path.string(), code.message()));
}

}  // namespace cellwise
