#pragma once

#include <filesystem>

#include "lab/claims/laboratory.h"

namespace cellwise::lab {

/// Built-in reviews, a tiny model, two trainings side by side; results in `folder`, or in one that goes away.
inline Laboratory::Options small_options(const std::filesystem::path& folder = {}) {
    Laboratory::Options options;
    options.sizes = {true, 300, 6, 5, 12, 150};
    options.data.path = "synthetic";
    options.threads = 2;
    options.folder = folder;
    return options;
}

}  // namespace cellwise::lab
