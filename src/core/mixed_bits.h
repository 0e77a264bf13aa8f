#pragma once

#include <cstdint>

namespace cellwise {

/// Other bits for every other number, each of them depending on all of its bits: the finaliser of SplitMix64 (Steele,
/// Lea and Flood 2014).
[[nodiscard]] constexpr std::uint64_t mixed_bits(std::uint64_t bits) {
    bits += 0x9E37'79B9'7F4A'7C15;
    bits = (bits ^ (bits >> 30U)) * 0xBF58'476D'1CE4'E5B9;
    bits = (bits ^ (bits >> 27U)) * 0x94D0'49BB'1331'11EB;
    return bits ^ (bits >> 31U);
}

}  // namespace cellwise
