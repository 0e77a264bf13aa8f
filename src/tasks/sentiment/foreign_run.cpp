#include "tasks/sentiment/foreign_run.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/paths.h"

namespace cellwise::sentiment {
namespace fs = std::filesystem;

void refuse_customers(const fs::path& folder) {
    if (!is_folder(folder) || is_there(folder / "config.toml") || !is_own_file(folder / "run.json")) return;
    throw UsageError(
        fmt::format("'{}' is a model of customers, and this command takes models of reviews: ask it with\n"
                    "  customers predict or customers explain; runs show and report tell about it",
                    folder.string()));
}

}  // namespace cellwise::sentiment
