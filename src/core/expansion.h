#pragma once

#include <cstdint>

namespace cellwise {

/// Compressed files unpack to a few times their size; a bomb to a thousand times.
inline constexpr std::uint64_t most_expansion = 100;

/// What a compressed file may unpack to, in bytes: `always_allowed` of however small a file, and 100 times its size.
[[nodiscard]] constexpr std::uint64_t most_unpacked_bytes(std::uint64_t packed_bytes, std::uint64_t always_allowed) {
    return always_allowed + most_expansion * packed_bytes;
}

}  // namespace cellwise
