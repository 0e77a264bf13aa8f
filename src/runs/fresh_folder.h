#pragma once

#include <filesystem>
#include <string>

namespace cellwise::runs {

/// runs/<date>-<name>, with a number behind it if that exists already. It is not made.
[[nodiscard]] std::filesystem::path fresh_run_folder(const std::string& name);

}  // namespace cellwise::runs
