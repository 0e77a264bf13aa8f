#pragma once

#include <filesystem>
#include <string>

namespace cellwise::cli {

/// Where the program with LibTorch lies, seen from the folder of the program that users start: beside it, as a build
/// has it, else in ../lib/cellwise, as an installation has it. The first place where there is none in either.
[[nodiscard]] std::filesystem::path program_with_torch(const std::filesystem::path& folder);

/// What a release lacks whose libraries lie in `folder`: the first file of its list (files.txt: a size in bytes, a
/// blank and a name a line) that is not there or has another size, as a sentence. Empty if all are there, or if there
/// is no list, as in a build.
[[nodiscard]] std::string why_not_whole(const std::filesystem::path& folder);

}  // namespace cellwise::cli
