#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "core/error.h"
#include "core/paths.h"

namespace cellwise::benchmark {

/// A folder in the system's temporary one that goes with it. Throws EnvironmentError if it cannot be made.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (temporary_folder() / "cellwise-bench-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw EnvironmentError("cannot make a temporary folder '" + name + "'");
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;  // what cannot be removed is left to the system
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace cellwise::benchmark
