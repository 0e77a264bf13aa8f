#pragma once

#include <string_view>

namespace cellwise {

/// What a file is, by its first bytes, that no reader takes for its own: "packed by RAR: unpack it", a web page in
/// place of the download, a pointer of Git LFS. What stands behind the colon is what to do. Empty for any other file.
[[nodiscard]] std::string_view foreign_file(std::string_view first_bytes);

}  // namespace cellwise
