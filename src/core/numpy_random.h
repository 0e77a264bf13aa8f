#pragma once

#include <cassert>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <utility>
#include <vector>

namespace cellwise {

/// numpy's legacy generator, numpy.random.RandomState(seed): MT19937 and the same draws from it, so that rows that
/// scikit-learn, imbalanced-learn or Keras would draw are drawn here as well. For all else: core/random.h.
class NumpyRandom {
public:
    explicit NumpyRandom(std::uint32_t seed) : engine_(seed) {}

    /// random_interval: uniform in 0 … most, by masking and rejection.
    std::uint32_t up_to(std::uint32_t most);

    /// randint(bound): uniform in 0 … bound − 1. bound: 1 … 2^32.
    std::uint32_t below(std::uint64_t bound);

    /// uniform(): in [0, 1), with 53 random bits of two draws.
    double uniform();

    /// shuffle(values): Fisher-Yates from the last to the second. At most 2^32 values.
    template <class T>
    void shuffle(std::span<T> values) {
        for (std::size_t i = values.size(); i-- > 1;)
            std::swap(values[i], values[up_to(static_cast<std::uint32_t>(i))]);
    }

    /// permutation(count).
    template <class T = std::int64_t>
    std::vector<T> permutation(std::size_t count) {
        assert(count <= std::uint64_t{1} << 32);
        std::vector<T> order(count);
        std::iota(order.begin(), order.end(), T{0});
        shuffle(std::span<T>(order));
        return order;
    }

private:
    std::mt19937 engine_;
};

}  // namespace cellwise
