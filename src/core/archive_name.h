#pragma once

#include <string_view>

namespace cellwise {

/// Whether the name of an archive's member would leave the folder that the archive is unpacked in: an absolute path, or
/// one with "..". Nothing is unpacked to disk, but an archive with such a name is none that one should trust.
[[nodiscard]] constexpr bool leaves_its_folder(std::string_view name) {
    if (name.starts_with('/')) return true;
    while (!name.empty()) {
        const auto slash = name.find('/');
        if (name.substr(0, slash) == "..") return true;
        if (slash == std::string_view::npos) return false;
        name.remove_prefix(slash + 1);
    }
    return false;
}

}  // namespace cellwise
