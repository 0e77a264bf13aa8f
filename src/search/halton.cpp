#include "search/halton.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "core/random.h"

namespace cellwise::search {
namespace {

std::vector<std::uint64_t> first_primes(std::size_t count) {
    std::vector<std::uint64_t> primes;
    for (std::uint64_t number = 2; primes.size() < count; ++number) {
        const bool divides = std::any_of(primes.begin(), primes.end(), [&](auto prime) { return number % prime == 0; });
        if (!divides) primes.push_back(number);
    }
    return primes;
}

}  // namespace

Halton::Halton(std::size_t dimensions, std::uint64_t seed) {
    for (const auto base : first_primes(dimensions)) {
        Random random(seed, fmt::format("halton {}", base));
        Dimension dimension{base, {}};
        // As many digits as a double holds.
        const auto digits = static_cast<std::size_t>(std::ceil(52 / std::log2(static_cast<double>(base))));
        for (std::size_t digit = 0; digit < digits; ++digit) {
            std::vector<std::uint32_t> permutation(base);
            std::iota(permutation.begin(), permutation.end(), 0U);
            random.shuffle(std::span(permutation));
            dimension.permutations.push_back(std::move(permutation));
        }
        dimensions_.push_back(std::move(dimension));
    }
}

std::vector<double> Halton::point(std::uint64_t index) const {
    std::vector<double> coordinates;
    for (const auto& [base, permutations] : dimensions_) {
        double coordinate = 0, share = 1;
        auto rest = index;
        for (const auto& permutation : permutations) {
            share /= static_cast<double>(base);
            coordinate += share * permutation[rest % base];
            rest /= base;
        }
        coordinates.push_back(std::min(coordinate, std::nextafter(1.0, 0.0)));
    }
    return coordinates;
}

}  // namespace cellwise::search
