#include "core/paths.h"

#include <cstdlib>

namespace cellwise {

std::filesystem::path cache_folder() {
    if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg != nullptr && *xdg != '\0') {
        return std::filesystem::path(xdg) / "cellwise";
    }
    if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
        return std::filesystem::path(home) / ".cache" / "cellwise";
    }
    return std::filesystem::temp_directory_path() / "cellwise";
}

}  // namespace cellwise
