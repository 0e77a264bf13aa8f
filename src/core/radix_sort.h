#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace cellwise {

/// A number as bits that compare as it does; −0 as 0. Not for NaN.
[[nodiscard]] inline std::uint64_t ordered_bits(double value) {
    constexpr std::uint64_t sign = std::uint64_t{1} << 63U;
    const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);
    return (bits & sign) != 0 ? ~bits : bits | sign;
}

/// Sorts by key(value), a std::uint64_t; values of one key keep their order. Several times as fast as comparing where
/// there are many, and needs room for as many again. Digits that are the same in all keys cost nothing, as most are of
/// whole numbers.
template <class Value, class Key>
void radix_sort(std::vector<Value>& values, Key key) {
    constexpr std::size_t few = 2048, digit_bits = 11, digits = 6, buckets = std::size_t{1} << digit_bits;
    if (values.size() < few) {
        std::stable_sort(values.begin(), values.end(),
                         [&](const Value& one, const Value& other) { return key(one) < key(other); });
        return;
    }
    std::vector<std::array<std::size_t, buckets>> counts(digits);
    const auto digit_of = [&](const Value& value, std::size_t digit) {
        return static_cast<std::size_t>(key(value) >> (digit * digit_bits)) & (buckets - 1);
    };
    for (const auto& value : values) {
        for (std::size_t digit = 0; digit < digits; ++digit) ++counts[digit][digit_of(value, digit)];
    }
    std::vector<Value> other(values.size());
    for (std::size_t digit = 0; digit < digits; ++digit) {
        auto& places = counts[digit];
        if (places[digit_of(values.front(), digit)] == values.size()) continue;
        std::size_t begin = 0;
        for (auto& place : places) begin += std::exchange(place, begin);
        for (const auto& value : values) other[places[digit_of(value, digit)]++] = value;
        values.swap(other);
    }
}

/// Numbers upwards; none may be NaN.
inline void sort_numbers(std::vector<double>& values) {
    radix_sort(values, [](double value) { return ordered_bits(value); });
}

}  // namespace cellwise
