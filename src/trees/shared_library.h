#pragma once

#include <filesystem>
#include <string>

namespace cellwise::trees {

/// A library that the program opens when it needs it, for the rest of its life: libraries with threads of their own do
/// not like to be unloaded.
class SharedLibrary {
public:
    /// Throws EnvironmentError with the loader's reason.
    explicit SharedLibrary(const std::filesystem::path& path);

    /// Sets `function` to the function of that name. Throws EnvironmentError if the library has none.
    template <class Function>
    void find(const char* name, Function*& function) const {
        function = reinterpret_cast<Function*>(symbol(name));
    }

private:
    [[nodiscard]] void* symbol(const char* name) const;

    std::filesystem::path path_;
    void* handle_ = nullptr;
};

/// Where a library lies: the file that the environment's `variable` names, else `file` (its place in the wheel) below
/// the program's folder or ../lib/cellwise of it (as a release bundles it), else `configured`, where the build found
/// it. Throws EnvironmentError saying what to do.
[[nodiscard]] std::filesystem::path library_path(const char* library, const char* variable, const std::string& file,
                                                 const std::string& configured);

}  // namespace cellwise::trees
