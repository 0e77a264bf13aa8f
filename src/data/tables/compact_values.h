#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace cellwise::tables {

/// How a value of a column is kept in a narrower type, and what it is again. A double that is NaN is the lowest integer
/// of the width; one that is no other integer of the width (a fraction, −0, an infinity, a NaN of other bits than
/// quiet_NaN()'s) does not fit it.
template <class Value, class Stored>
[[nodiscard]] constexpr Value widened(Stored stored) {
    if constexpr (std::is_same_v<Value, double> && !std::is_same_v<Stored, double>) {
        if (stored == std::numeric_limits<Stored>::min()) return std::numeric_limits<double>::quiet_NaN();
    }
    return static_cast<Value>(stored);
}

/// A sequence of doubles or of std::int32_t that is kept in the narrowest of int8, int16, int32 (and double) that gives
/// every value back to the bit. It is read as a vector of wide values is; to change many, take values(), and assign
/// what they became.
template <class Value>
class CompactValues {
    static_assert(std::is_same_v<Value, double> || std::is_same_v<Value, std::int32_t>);
    using Narrow8 = std::vector<std::int8_t>;
    using Narrow16 = std::vector<std::int16_t>;
    using Narrow32 = std::vector<std::int32_t>;
    using Storage = std::conditional_t<std::is_same_v<Value, double>,
                                       std::variant<Narrow8, Narrow16, Narrow32, std::vector<double>>,
                                       std::variant<Narrow8, Narrow16, Narrow32>>;

public:
    /// The values of one width, for loops over many: the width is asked once.
    template <class Stored>
    struct View {
        std::span<const Stored> stored;
        [[nodiscard]] Value operator[](std::size_t place) const { return widened<Value>(stored[place]); }
        [[nodiscard]] std::size_t size() const { return stored.size(); }
    };

    class Iterator {
    public:
        using value_type = Value;
        using reference = Value;
        using pointer = void;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::random_access_iterator_tag;

        Iterator() = default;
        Iterator(const CompactValues* values, difference_type place) : values_(values), place_(place) {}
        Value operator*() const { return (*values_)[static_cast<std::size_t>(place_)]; }
        Value operator[](difference_type n) const { return *(*this + n); }
        Iterator& operator++() { return *this += 1; }
        Iterator& operator--() { return *this -= 1; }
        Iterator operator++(int) { return std::exchange(*this, *this + 1); }
        Iterator operator--(int) { return std::exchange(*this, *this - 1); }
        Iterator& operator+=(difference_type n) {
            place_ += n;
            return *this;
        }
        Iterator& operator-=(difference_type n) { return *this += -n; }
        friend Iterator operator+(Iterator it, difference_type n) { return it += n; }
        friend Iterator operator+(difference_type n, Iterator it) { return it += n; }
        friend Iterator operator-(Iterator it, difference_type n) { return it -= n; }
        friend difference_type operator-(const Iterator& a, const Iterator& b) { return a.place_ - b.place_; }
        friend bool operator==(const Iterator& a, const Iterator& b) { return a.place_ == b.place_; }
        friend auto operator<=>(const Iterator& a, const Iterator& b) { return a.place_ <=> b.place_; }

    private:
        const CompactValues* values_ = nullptr;
        difference_type place_ = 0;
    };
    using value_type = Value;
    using const_reference = Value;
    using iterator = Iterator;
    using const_iterator = Iterator;

    CompactValues() = default;
    CompactValues(const std::vector<Value>& values) { assign(values); }
    CompactValues& operator=(const std::vector<Value>& values) {
        assign(values);
        return *this;
    }

    [[nodiscard]] std::size_t size() const {
        return std::visit([](const auto& stored) { return stored.size(); }, storage_);
    }
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] Value operator[](std::size_t place) const {
        if constexpr (std::is_same_v<Value, double>) {
            if (const auto* stored = std::get_if<std::vector<double>>(&storage_)) return (*stored)[place];
        }
        if (const auto* stored = std::get_if<Narrow8>(&storage_)) return widened<Value>((*stored)[place]);
        if (const auto* stored = std::get_if<Narrow16>(&storage_)) return widened<Value>((*stored)[place]);
        return widened<Value>((*std::get_if<Narrow32>(&storage_))[place]);
    }
    [[nodiscard]] Iterator begin() const { return {this, 0}; }
    [[nodiscard]] Iterator end() const { return {this, static_cast<std::ptrdiff_t>(size())}; }
    /// By the values, whatever widths they are kept in; NaN is unequal to itself, as it is in a vector.
    friend bool operator==(const CompactValues& one, const CompactValues& other) { return one.equals(other); }

    /// Bytes that the values take.
    [[nodiscard]] std::size_t bytes() const { return size() * width(); }
    /// Bytes of one value.
    [[nodiscard]] std::size_t width() const {
        return std::visit([](const auto& stored) { return sizeof(stored[0]); }, storage_);
    }
    /// All of them, wide.
    [[nodiscard]] std::vector<Value> values() const;
    /// The values from that place on, as many as `out` has room for.
    void copy(std::size_t from, std::span<Value> out) const;
    /// The values as they lie in memory if that is wide, else nothing.
    [[nodiscard]] std::span<const Value> wide() const {
        const auto* stored = std::get_if<std::vector<Value>>(&storage_);
        return stored != nullptr ? std::span<const Value>(*stored) : std::span<const Value>();
    }
    /// Calls use(view) with the values as a View of their width, and returns what it does.
    template <class Use>
    auto visit(Use&& use) const {
        return std::visit(
            [&](const auto& stored) {
                using Stored = typename std::remove_cvref_t<decltype(stored)>::value_type;
                return use(View<Stored>{stored});
            },
            storage_);
    }

    /// Replaces all; then the width is the narrowest.
    void assign(std::span<const Value> values);
    /// Behind the others, which are widened if these need more.
    void append(std::span<const Value> values);
    void append(const std::vector<Value>& values) { append(std::span<const Value>(values)); }
    void append(const CompactValues& values);
    /// Widens all if the value needs it.
    void set(std::size_t place, Value value);
    void clear() { storage_ = Storage(); }
    /// Makes room for so many in all, of the width they have then.
    void reserve(std::size_t count);
    /// Those of the given places, in their order; of the same width.
    [[nodiscard]] CompactValues taken(std::span<const std::int64_t> places) const;
    /// Leaves those whose mark is true. kept: [size()].
    void keep(const std::vector<bool>& kept);

private:
    [[nodiscard]] bool equals(const CompactValues& other) const;
    void widen(std::size_t index);

    Storage storage_;
    std::size_t reserved_ = 0;
};

extern template class CompactValues<double>;
extern template class CompactValues<std::int32_t>;

}  // namespace cellwise::tables
