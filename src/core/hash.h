#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace cellwise {

/// SHA-256 of bytes, as 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256(std::string_view bytes);

/// SHA-256 of a file's content. Throws DataError if it cannot be read.
[[nodiscard]] std::string sha256_file(const std::filesystem::path& path);

}  // namespace cellwise
