#include "core/random.h"

#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <sstream>

#include "core/error.h"
#include "core/mixed_bits.h"

namespace cellwise {
namespace {

std::uint64_t mixed(std::uint64_t seed, std::string_view purpose) {
    std::uint64_t state = mixed_bits(seed);
    for (const char letter : purpose) state = mixed_bits(state ^ static_cast<unsigned char>(letter));
    return state;
}

}  // namespace

Random::Random(std::uint64_t seed, std::string_view purpose) : engine_(mixed(seed, purpose)) {}

double Random::uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }

double Random::normal() {
    if (has_spare_) {
        has_spare_ = false;
        return spare_normal_;
    }
    const double radius = std::sqrt(-2.0 * std::log1p(-uniform()));
    const double angle = 2.0 * std::numbers::pi * uniform();
    spare_normal_ = radius * std::sin(angle);
    has_spare_ = true;
    return radius * std::cos(angle);
}

std::uint64_t Random::below(std::uint64_t bound) {
    // Draws above the largest multiple of bound would favour small results; they are thrown away.
    const std::uint64_t limit = std::numeric_limits<std::uint64_t>::max() / bound * bound;
    std::uint64_t draw = bits();
    while (draw >= limit) draw = bits();
    return draw % bound;
}

std::string Random::state() const {
    std::ostringstream text;
    // The spare normal as its bits: decimal digits would lose some.
    text << engine_ << ' ' << std::bit_cast<std::uint64_t>(spare_normal_) << ' ' << has_spare_;
    return text.str();
}

void Random::set_state(const std::string& text) {
    std::istringstream input(text);
    std::mt19937_64 engine;
    std::uint64_t spare = 0;
    bool has_spare = false;
    if (!(input >> engine >> spare >> has_spare) || !(input >> std::ws).eof()) {
        throw DataError("the state of a random generator is broken");
    }
    engine_ = engine;
    spare_normal_ = std::bit_cast<double>(spare);
    has_spare_ = has_spare;
}

}  // namespace cellwise
