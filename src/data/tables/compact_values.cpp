#include "data/tables/compact_values.h"

#include <algorithm>
#include <cassert>

#include "data/tables/marked.h"

namespace cellwise::tables {
namespace {

/// The place among int8, int16, int32 and (of doubles) double of the narrowest that holds the value.
std::size_t index_of_range(std::int32_t low, std::int32_t high, bool keeps_lowest) {
    const auto fits = [&](std::int32_t lowest, std::int32_t highest) {
        return high <= highest && (keeps_lowest ? low > lowest : low >= lowest);
    };
    if (fits(INT8_MIN, INT8_MAX)) return 0;
    if (fits(INT16_MIN, INT16_MAX)) return 1;
    return 2;
}

std::size_t index_needed(std::span<const std::int32_t> values) {
    std::int32_t low = 0, high = 0;
    for (const auto value : values) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
    return index_of_range(low, high, false);
}

std::size_t index_needed(std::span<const double> values) {
    constexpr auto missing = std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN());
    constexpr double least = INT32_MIN + 1.0, most = INT32_MAX;
    std::int32_t low = 0, high = 0;
    for (const double value : values) {
        const auto bits = std::bit_cast<std::uint64_t>(value);
        if (!(value >= least && value <= most)) {
            if (bits == missing) continue;
            return 3;
        }
        const auto whole = static_cast<std::int32_t>(value);
        if (std::bit_cast<std::uint64_t>(static_cast<double>(whole)) != bits) return 3;
        low = std::min(low, whole);
        high = std::max(high, whole);
    }
    return index_of_range(low, high, true);
}

/// A value that is known to fit.
template <class Stored, class Value>
Stored narrowed(Value value) {
    if constexpr (std::is_same_v<Value, double> && !std::is_same_v<Stored, double>) {
        if (value != value) return std::numeric_limits<Stored>::min();
    }
    return static_cast<Stored>(value);
}

/// values: a span or a View, of values that fit. `room`: for so many in all.
template <class Stored, class Values>
void put_behind(std::vector<Stored>& stored, const Values& values, std::size_t room) {
    if (room > stored.capacity()) stored.reserve(room);
    const std::size_t before = stored.size();
    stored.resize(before + values.size());
    for (std::size_t i = 0; i < values.size(); ++i) stored[before + i] = narrowed<Stored>(values[i]);
}

}  // namespace

template <class Value>
void CompactValues<Value>::widen(std::size_t index) {
    if (index <= storage_.index()) return;
    const auto widen_to = [&]<class Stored>(std::vector<Stored> wider) {
        visit([&](auto view) {
            wider.reserve(std::max(reserved_, view.size()));
            for (std::size_t i = 0; i < view.size(); ++i) wider.push_back(narrowed<Stored>(view[i]));
        });
        storage_ = std::move(wider);
    };
    if (index == 1) widen_to(Narrow16());
    if (index == 2) widen_to(Narrow32());
    if constexpr (std::is_same_v<Value, double>) {
        if (index == 3) widen_to(std::vector<double>());
    }
}

template <class Value>
std::vector<Value> CompactValues<Value>::values() const {
    std::vector<Value> all(size());
    copy(0, all);
    return all;
}

template <class Value>
void CompactValues<Value>::copy(std::size_t from, std::span<Value> out) const {
    assert(from + out.size() <= size());
    visit([&](auto view) {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = view[from + i];
    });
}

template <class Value>
void CompactValues<Value>::assign(std::span<const Value> values) {
    CompactValues anew;  // `values` may be these
    anew.reserved_ = values.size();
    anew.append(values);
    *this = std::move(anew);
}

template <class Value>
void CompactValues<Value>::append(std::span<const Value> values) {
    if (values.empty()) return;
    widen(index_needed(values));
    std::visit([&](auto& stored) { put_behind(stored, values, reserved_); }, storage_);
}

template <class Value>
void CompactValues<Value>::append(const CompactValues& values) {
    if (values.empty()) return;
    widen(values.storage_.index());
    values.visit([&](auto view) { std::visit([&](auto& stored) { put_behind(stored, view, reserved_); }, storage_); });
}

template <class Value>
void CompactValues<Value>::set(std::size_t place, Value value) {
    widen(index_needed(std::span<const Value>(&value, 1)));
    std::visit(
        [&](auto& stored) {
            using Stored = typename std::remove_cvref_t<decltype(stored)>::value_type;
            stored[place] = narrowed<Stored>(value);
        },
        storage_);
}

template <class Value>
void CompactValues<Value>::reserve(std::size_t count) {
    reserved_ = count;
    std::visit([&](auto& stored) { stored.reserve(count); }, storage_);
}

template <class Value>
CompactValues<Value> CompactValues<Value>::taken(std::span<const std::int64_t> places) const {
    CompactValues some;
    std::visit(
        [&](const auto& stored) {
            std::remove_cvref_t<decltype(stored)> part;
            part.reserve(places.size());
            for (const auto place : places) part.push_back(stored[static_cast<std::size_t>(place)]);
            some.storage_ = std::move(part);
        },
        storage_);
    return some;
}

template <class Value>
void CompactValues<Value>::keep(const std::vector<bool>& kept) {
    std::visit([&](auto& stored) { keep_marked(stored, kept); }, storage_);
}

template <class Value>
bool CompactValues<Value>::equals(const CompactValues& other) const {
    return size() == other.size() && std::equal(begin(), end(), other.begin());
}

template class CompactValues<double>;
template class CompactValues<std::int32_t>;

}  // namespace cellwise::tables
