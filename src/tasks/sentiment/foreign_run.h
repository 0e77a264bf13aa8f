#pragma once

#include <filesystem>

namespace cellwise::sentiment {

/// Throws UsageError if the folder is a run of customers (a run.json and no config.toml), saying which commands take
/// it.
void refuse_customers(const std::filesystem::path& folder);

}  // namespace cellwise::sentiment
