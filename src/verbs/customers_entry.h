#pragma once

#include <filesystem>
#include <string>

#include "serve/runs.h"

namespace cellwise::verbs {

/// Whether the folder is what `customers train` keeps: a real folder (no symbolic link) with a run.json.
[[nodiscard]] bool is_customers_run(const std::filesystem::path& folder);

/// Such a folder as the page shows it; one that cannot be read is "broken" with its problem.
[[nodiscard]] serve::RunEntry customers_entry(const std::filesystem::path& folder, const std::string& name);

}  // namespace cellwise::verbs
