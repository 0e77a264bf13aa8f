#include <unistd.h>

#include <fstream>

#include "fuzz/target.h"

namespace cellwise::fuzz {
namespace fs = std::filesystem;
namespace {

/// A folder that goes away with the process, unless that crashes.
struct Folder {
    Folder() { fs::create_directories(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code code;
        fs::remove_all(path, code);
    }
    fs::path path = fs::temp_directory_path() / ("cellwise-fuzz-" + std::to_string(::getpid()));
};

}  // namespace

fs::path scratch_file(const std::string& name, std::string_view bytes) {
    static const Folder folder;
    const auto path = folder.path / name;
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    require(file.good(), "a file for the fuzz target cannot be written");
    return path;
}

}  // namespace cellwise::fuzz
