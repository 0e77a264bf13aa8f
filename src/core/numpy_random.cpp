#include "core/numpy_random.h"

namespace cellwise {

std::uint32_t NumpyRandom::up_to(std::uint32_t most) {
    std::uint32_t mask = most;
    for (unsigned shift = 1; shift < 32; shift *= 2) mask |= mask >> shift;
    if (mask == 0) return 0;
    std::uint32_t value = 0;
    do {
        value = static_cast<std::uint32_t>(engine_()) & mask;
    } while (value > most);
    return value;
}

std::uint32_t NumpyRandom::below(std::uint64_t bound) {
    assert(bound > 0 && bound <= std::uint64_t{1} << 32);
    return up_to(static_cast<std::uint32_t>(bound - 1));
}

double NumpyRandom::uniform() {
    const auto high = static_cast<std::uint32_t>(engine_()) >> 5;
    const auto low = static_cast<std::uint32_t>(engine_()) >> 6;
    return (static_cast<double>(high) * 0x1.0p26 + static_cast<double>(low)) * 0x1.0p-53;
}

}  // namespace cellwise
