#include "trees/shared_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <vector>

#include "core/error.h"

namespace cellwise::trees {
namespace {

namespace fs = std::filesystem;

/// The folder that the running program's file lies in; empty where the system does not tell.
fs::path program_folder() {
    std::error_code error;
    return fs::read_symlink("/proc/self/exe", error).parent_path();
}

bool is_file(const fs::path& path) {
    std::error_code error;
    return fs::is_regular_file(path, error);
}

}  // namespace

SharedLibrary::SharedLibrary(const fs::path& path) : path_(path), handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) {
        const char* reason = dlerror();
        throw EnvironmentError(
            fmt::format("'{}' cannot be opened: {}", path.string(), reason == nullptr ? "no reason given" : reason));
    }
}

void* SharedLibrary::symbol(const char* name) const {
    void* found = dlsym(handle_, name);
    if (found == nullptr) {
        throw EnvironmentError(
            fmt::format("'{}' lacks the function {}: another version is needed", path_.string(), name));
    }
    return found;
}

fs::path library_path(const char* library, const char* variable, const std::string& file,
                      const std::string& configured) {
    if (const char* named = std::getenv(variable); named != nullptr && *named != '\0') {
        if (is_file(named)) return named;
        throw EnvironmentError(
            fmt::format("{} is '{}', which is no file: it names {}'s library", variable, named, library));
    }
    std::vector<fs::path> places;
    if (const auto folder = program_folder(); !folder.empty()) {
        places = {folder / file, folder.parent_path() / "lib" / "cellwise" / file};
    }
    if (!configured.empty()) places.emplace_back(configured);
    for (const auto& place : places) {
        if (is_file(place)) return place;
    }
    throw EnvironmentError(fmt::format("{} is not here: set {} to its {}, or build with ./cellwise, which fetches it",
                                       library, variable, fs::path(file).filename().string()));
}

}  // namespace cellwise::trees
