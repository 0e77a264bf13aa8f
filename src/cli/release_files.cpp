#include "cli/release_files.h"

#include <fmt/format.h>

#include <cstdint>
#include <fstream>
#include <system_error>

namespace cellwise::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* other_program = "cellwise-torch";
constexpr const char* list_of_files = "files.txt";

}  // namespace

fs::path program_with_torch(const fs::path& folder) {
    std::error_code error;  // what cannot be looked at is not there
    const auto beside = folder / other_program;
    const auto installed = folder.parent_path() / "lib" / "cellwise" / other_program;
    return !fs::exists(beside, error) && fs::exists(installed, error) ? installed : beside;
}

std::string why_not_whole(const fs::path& folder) {
    std::ifstream list(folder / list_of_files);
    std::uintmax_t wanted = 0;
    std::string name;
    while (list >> wanted && std::getline(list >> std::ws, name)) {
        const auto path = folder / name;
        std::error_code error;
        const auto size = fs::file_size(path, error);
        if (error) return fmt::format("'{}' is missing", path.string());
        if (size != wanted) return fmt::format("'{}' has {} bytes, not {}", path.string(), size, wanted);
    }
    return {};
}

}  // namespace cellwise::cli
