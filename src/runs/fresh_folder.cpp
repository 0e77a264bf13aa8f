#include "runs/fresh_folder.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "core/paths.h"

namespace cellwise::runs {

std::filesystem::path fresh_run_folder(const std::string& name) {
    const std::filesystem::path runs("runs");
    const auto base = fmt::format("{:%Y-%m-%d}-{}", fmt::localtime(std::time(nullptr)), name);
    auto path = runs / base;
    for (int number = 2; is_there(path); ++number) path = runs / fmt::format("{}-{}", base, number);
    return path;
}

}  // namespace cellwise::runs
