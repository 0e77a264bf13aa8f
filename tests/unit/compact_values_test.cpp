#include "data/tables/compact_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

namespace cellwise::tables {
namespace {

using testing::ElementsAre;
using Doubles = CompactValues<double>;
using Codes = CompactValues<std::int32_t>;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

std::uint64_t bits_of(double value) { return std::bit_cast<std::uint64_t>(value); }
std::uint64_t bits_of(std::int32_t value) { return static_cast<std::uint32_t>(value); }

template <class Value>
std::vector<std::uint64_t> bits_of(const std::vector<Value>& values) {
    std::vector<std::uint64_t> bits;
    for (const auto value : values) bits.push_back(bits_of(value));
    return bits;
}

/// Every way of reading gives the values back to the bit.
template <class Value>
void require_same(const CompactValues<Value>& compact, const std::vector<Value>& values) {
    const auto bits = bits_of(values);
    RC_ASSERT(compact.size() == values.size());
    RC_ASSERT(compact.empty() == values.empty());
    RC_ASSERT(bits_of(compact.values()) == bits);
    RC_ASSERT(bits_of(std::vector<Value>(compact.begin(), compact.end())) == bits);
    for (std::size_t i = 0; i < values.size(); ++i) RC_ASSERT(bits_of(compact[i]) == bits[i]);
    compact.visit([&](auto view) {
        for (std::size_t i = 0; i < values.size(); ++i) RC_ASSERT(bits_of(view[i]) == bits[i]);
    });
    if (!compact.wide().empty())
        RC_ASSERT(std::ranges::equal(
            compact.wide(), compact.values(), {}, [](Value value) { return bits_of(value); },
            [](Value value) { return bits_of(value); }));
    RC_ASSERT(compact.bytes() == values.size() * compact.width());
}

/// Values near the edges of the widths among which it is told to be, and any others.
double any_number() {
    const double edge =
        *rc::gen::element(127.0, 128.0, 32767.0, 32768.0, 2147483647.0, 2147483648.0, 4294967296.0, 0.0);
    switch (*rc::gen::inRange(0, 12)) {
        case 0:
            return missing;
        case 1:
            return -0.0;
        case 2:
            return *rc::gen::element(infinity, -infinity);
        case 3:
            return -missing;
        case 4:
            return *rc::gen::element(0.5, -0.1, 5e-324, 1e300, 1.0 / 3);
        case 5:
            return *rc::gen::arbitrary<double>();
        case 6:
            return edge + *rc::gen::inRange(-2, 3);
        case 7:
            return -edge + *rc::gen::inRange(-2, 3);
        default:
            return *rc::gen::inRange(-200, 200);
    }
}

std::int32_t any_code() {
    const std::int64_t edge = *rc::gen::element<std::int64_t>(127, 128, 32767, 32768, INT32_MAX, 0);
    const auto sign = *rc::gen::element(-1, 1);
    const auto near = sign * edge + *rc::gen::inRange(-2, 3);
    if (*rc::gen::inRange(0, 3) > 0) return *rc::gen::inRange(-1, 100);
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(near, INT32_MIN, INT32_MAX));
}

double any_of(double) { return any_number(); }
std::int32_t any_of(std::int32_t) { return any_code(); }

/// Few of them are of one width alone: most of the time all but some are small.
template <class Value>
std::vector<Value> any_values() {
    std::vector<Value> values(static_cast<std::size_t>(*rc::gen::inRange(0, 50)));
    const bool are_small = *rc::gen::arbitrary<bool>();
    for (auto& value : values) value = are_small ? static_cast<Value>(*rc::gen::inRange(-5, 120)) : any_of(Value());
    return values;
}

/// The width that the description promises, told value by value.
std::size_t narrowest(const std::vector<double>& values) {
    std::size_t width = 1;
    for (const double value : values) {
        if (bits_of(value) == bits_of(missing)) continue;
        const bool is_whole = value >= -2147483647.0 && value <= 2147483647.0 && value == std::trunc(value) &&
                              bits_of(value) != bits_of(-0.0);
        const double size = std::abs(value);
        width = std::max<std::size_t>(width, !is_whole ? 8 : size <= 127 ? 1 : size <= 32767 ? 2 : 4);
    }
    return width;
}

std::size_t narrowest(const std::vector<std::int32_t>& values) {
    std::size_t width = 1;
    for (const auto value : values) {
        width = std::max<std::size_t>(width, value >= -128 && value <= 127       ? 1
                                             : value >= -32768 && value <= 32767 ? 2
                                                                                 : 4);
    }
    return width;
}

template <class Value>
void compact_and_back() {
    const auto values = any_values<Value>();
    const CompactValues<Value> compact(values);
    require_same(compact, values);
    RC_ASSERT(compact.width() == narrowest(values));
}

template <class Value>
void put_together() {
    const auto first = any_values<Value>(), second = any_values<Value>(), third = any_values<Value>();
    auto all = first;
    all.insert(all.end(), second.begin(), second.end());
    all.insert(all.end(), third.begin(), third.end());
    CompactValues<Value> compact;
    if (*rc::gen::arbitrary<bool>()) compact.reserve(*rc::gen::inRange<std::size_t>(0, 100));
    compact.append(first);
    compact.append(CompactValues<Value>(second));
    compact.append(std::span<const Value>(third));
    require_same(compact, all);
    RC_ASSERT(compact.width() == narrowest(all));
    std::vector<Value> part(all.size() / 2);
    compact.copy(all.size() - part.size(), part);
    all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(part.size()));
    RC_ASSERT(bits_of(part) == bits_of(all));
}

template <class Value>
void change() {
    auto values = any_values<Value>();
    CompactValues<Value> compact(values);
    for (auto& value : values) {
        if (*rc::gen::inRange(0, 4) > 0) continue;
        value = any_of(Value());
        compact.set(static_cast<std::size_t>(&value - values.data()), value);
        require_same(compact, values);
    }
    compact = compact.values();
    RC_ASSERT(compact.width() == narrowest(values));
    if (!values.empty()) compact.assign(std::span<const Value>(compact.wide().empty() ? values : compact.wide()));
    require_same(compact, values);
}

template <class Value>
void choose() {
    const auto values = any_values<Value>();
    CompactValues<Value> compact(values);
    std::vector<std::int64_t> places;
    std::vector<bool> kept(values.size());
    std::vector<Value> chosen, left;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto place = *rc::gen::inRange<std::size_t>(0, values.size());
        places.push_back(static_cast<std::int64_t>(place));
        chosen.push_back(values[place]);
        kept[i] = *rc::gen::arbitrary<bool>();
        if (kept[i]) left.push_back(values[i]);
    }
    require_same(compact.taken(places), chosen);
    compact.keep(kept);
    require_same(compact, left);
}

RC_GTEST_PROP(CompactValues, NumbersComeBackToTheBit, ()) { compact_and_back<double>(); }
RC_GTEST_PROP(CompactValues, CodesComeBack, ()) { compact_and_back<std::int32_t>(); }
RC_GTEST_PROP(CompactValues, NumbersInPartsAreTheWhole, ()) { put_together<double>(); }
RC_GTEST_PROP(CompactValues, CodesInPartsAreTheWhole, ()) { put_together<std::int32_t>(); }
RC_GTEST_PROP(CompactValues, ChangedNumbersWiden, ()) { change<double>(); }
RC_GTEST_PROP(CompactValues, ChangedCodesWiden, ()) { change<std::int32_t>(); }
RC_GTEST_PROP(CompactValues, ChosenNumbers, ()) { choose<double>(); }
RC_GTEST_PROP(CompactValues, ChosenCodes, ()) { choose<std::int32_t>(); }

TEST(CompactValues, TheEdgesOfTheWidths) {
    const auto width = [](const std::vector<double>& values) { return Doubles(values).width(); };
    EXPECT_EQ(width({}), 1U);
    EXPECT_EQ(width({missing}), 1U);
    EXPECT_EQ(width({-127, 127}), 1U);
    EXPECT_EQ(width({-128}), 2U);
    EXPECT_EQ(width({128, missing}), 2U);
    EXPECT_EQ(width({-32767}), 2U);
    EXPECT_EQ(width({-32768}), 4U);
    EXPECT_EQ(width({2147483647, -2147483647}), 4U);
    for (const double value : {-2147483648.0, 2147483648.0, -0.0, 0.5, infinity, -infinity, -missing}) {
        EXPECT_EQ(width({value}), 8U) << value;
    }
    EXPECT_EQ(Codes({-128, 127}).width(), 1U);
    EXPECT_EQ(Codes({-129}).width(), 2U);
    EXPECT_EQ(Codes({32768}).width(), 4U);
    EXPECT_EQ(Codes({INT32_MIN}).width(), 4U);
}

TEST(CompactValues, AreEqualByTheirValues) {
    Doubles wide({1, 2, 0.5});
    wide.set(2, 3);
    EXPECT_EQ(wide.width(), 8U);
    EXPECT_TRUE(wide == Doubles({1, 2, 3}));
    EXPECT_FALSE(wide == Doubles({1, 2}));
    EXPECT_FALSE(wide == Doubles({1, 2, 4}));
    EXPECT_FALSE(Doubles({missing}) == Doubles({missing}));
    EXPECT_THAT(wide, ElementsAre(1, 2, 3));
}

TEST(CompactValues, IteratorsGoToAnyPlace) {
    const Codes codes({5, 3, 9, 1});
    EXPECT_EQ(std::accumulate(codes.begin(), codes.end(), 0), 18);
    EXPECT_EQ(codes.end() - codes.begin(), 4);
    EXPECT_EQ(codes.begin()[2], 9);
    EXPECT_EQ(*(codes.end() - 1), 1);
    EXPECT_EQ(std::ranges::max_element(codes) - codes.begin(), 2);
    EXPECT_TRUE(codes.begin() < codes.end());
    static_assert(std::random_access_iterator<Codes::const_iterator>);
}

}  // namespace
}  // namespace cellwise::tables
