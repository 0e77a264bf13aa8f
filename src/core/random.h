#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace cellwise {

/// A generator whose numbers depend on the seed and the purpose alone: not on the machine, the
/// standard library, the number of threads or what other runs drew. Every use names its purpose
/// ("weights", "order", "dropout"), so that two uses of one seed are independent of each other.
class Random {
public:
    Random(std::uint64_t seed, std::string_view purpose);

    /// 64 uniform random bits.
    std::uint64_t bits() { return engine_(); }
    /// Uniform in [0, 1), with 53 random bits.
    double uniform();
    /// Uniform in [low, high).
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    /// Standard normal (Box-Muller).
    double normal();
    /// Uniform in {0, …, bound − 1}, without bias. bound > 0.
    std::uint64_t below(std::uint64_t bound);

    /// Shuffles in place (Fisher-Yates).
    template <class T>
    void shuffle(std::span<T> values) {
        for (std::size_t i = values.size(); i > 1; --i) {
            std::swap(values[i - 1], values[static_cast<std::size_t>(below(i))]);
        }
    }

    /// All that decides the next numbers, as one line of text, to be kept and set again.
    [[nodiscard]] std::string state() const;
    /// Throws DataError, leaving the generator as it is, if the text is not what state() gives.
    void set_state(const std::string& text);

private:
    std::mt19937_64 engine_;
    double spare_normal_ = 0;
    bool has_spare_ = false;
};

}  // namespace cellwise
