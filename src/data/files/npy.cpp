#include "data/files/npy.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "core/error.h"

namespace cellwise::data {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are read as they lie in the file");

constexpr std::size_t most_header_bytes = 1 << 16;
constexpr std::size_t most_dimensions = 32;

std::size_t item_size(DType dtype) {
    switch (dtype) {
        case DType::float32:
        case DType::int32:
            return 4;
        case DType::float64:
        case DType::int64:
            return 8;
        case DType::object:
            return 0;
    }
    throw InternalError("an unknown element type");
}

/// The header of an .npy file: a Python dictionary of exactly three entries, as numpy writes it.
class HeaderParser {
public:
    HeaderParser(std::string_view text, std::string_view name) : text_(text), name_(name) {}

    void parse(NpyArray& array) {
        std::optional<std::string_view> descr;
        std::optional<bool> fortran;
        std::optional<std::vector<std::size_t>> shape;
        expect('{');
        while (!take('}')) {
            const auto key = quoted();
            expect(':');
            if (key == "descr" && !descr) {
                descr = quoted();
            } else if (key == "fortran_order" && !fortran) {
                fortran = boolean();
            } else if (key == "shape" && !shape) {
                shape = dimensions();
            } else {
                fail("an unexpected or repeated key");
            }
            if (!take(',')) {
                expect('}');
                break;
            }
        }
        skip_spaces();
        if (position_ != text_.size()) fail("text after the dictionary");
        if (!descr || !fortran || !shape) fail("one of descr, fortran_order, shape missing");
        if (*fortran && shape->size() > 1) {
            throw DataError(
                fmt::format("{}: the array is in Fortran order; save it in C order "
                            "(numpy.ascontiguousarray)",
                            name_));
        }
        array.dtype = element_type(*descr);
        array.shape = std::move(*shape);
    }

private:
    [[noreturn]] void fail(std::string_view what) const {
        throw DataError(fmt::format("{}: the .npy header is damaged at its character {}: {}", name_, position_, what));
    }
    void skip_spaces() {
        while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\n')) ++position_;
    }
    bool take(char wanted) {
        skip_spaces();
        if (position_ == text_.size() || text_[position_] != wanted) return false;
        ++position_;
        return true;
    }
    void expect(char wanted) {
        if (!take(wanted)) fail(fmt::format("expected '{}'", wanted));
    }
    std::string_view quoted() {
        const char quote = take('\'') ? '\'' : '"';
        if (quote == '"') expect('"');
        const auto end = text_.find(quote, position_);
        if (end == std::string_view::npos) fail("a text without an end");
        const auto result = text_.substr(position_, end - position_);
        position_ = end + 1;
        return result;
    }
    bool boolean() {
        skip_spaces();
        for (const auto& [word, value] : {std::pair<std::string_view, bool>{"True", true}, {"False", false}}) {
            if (text_.substr(position_).starts_with(word)) {
                position_ += word.size();
                return value;
            }
        }
        fail("expected True or False");
    }
    std::vector<std::size_t> dimensions() {
        std::vector<std::size_t> shape;
        expect('(');
        while (!take(')')) {
            if (shape.size() == most_dimensions) fail("too many dimensions");
            shape.push_back(number());
            if (!take(',')) {
                expect(')');
                break;
            }
        }
        return shape;
    }
    std::size_t number() {
        skip_spaces();
        const std::size_t first = position_;
        std::size_t value = 0;
        for (; position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9'; ++position_) {
            if (position_ - first >= 18) fail("a dimension that no memory holds");
            value = value * 10 + static_cast<std::size_t>(text_[position_] - '0');
        }
        if (position_ == first) fail("expected a number");
        if (position_ < text_.size() && text_[position_] == 'L') ++position_;  // Python 2 wrote (25000L,)
        return value;
    }
    [[nodiscard]] DType element_type(std::string_view descr) const {
        if (descr == "<f4") return DType::float32;
        if (descr == "<f8") return DType::float64;
        if (descr == "<i4") return DType::int32;
        if (descr == "<i8") return DType::int64;
        if (descr == "|O") return DType::object;
        throw DataError(
            fmt::format("{}: elements of numpy type '{}' are not read; only <f4, <f8, <i4, <i8 and "
                        "objects that are lists of numbers",
                        name_, descr));
    }

    std::string_view text_;
    std::string_view name_;
    std::size_t position_ = 0;
};

template <class T>
constexpr DType dtype_of() {
    if constexpr (std::is_same_v<T, float>) return DType::float32;
    if constexpr (std::is_same_v<T, double>) return DType::float64;
    if constexpr (std::is_same_v<T, std::int32_t>) return DType::int32;
    if constexpr (std::is_same_v<T, std::int64_t>) return DType::int64;
}

template <class To, class From>
std::vector<To> converted(const std::vector<From>& values) {
    std::vector<To> result(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) result[i] = static_cast<To>(values[i]);
    return result;
}

/// The product of the dimensions times the element's size, unless it overflows.
std::optional<std::size_t> byte_count(const NpyArray& array) {
    std::size_t bytes = item_size(array.dtype);
    for (const std::size_t dimension : array.shape) {
        if (dimension != 0 && bytes > std::numeric_limits<std::size_t>::max() / dimension) return std::nullopt;
        bytes *= dimension;
    }
    return bytes;
}

}  // namespace

std::string_view dtype_name(DType dtype) {
    switch (dtype) {
        case DType::float32:
            return "float32";
        case DType::float64:
            return "float64";
        case DType::int32:
            return "int32";
        case DType::int64:
            return "int64";
        case DType::object:
            return "object";
    }
    throw InternalError("an unknown element type");
}

std::size_t NpyArray::size() const {
    std::size_t count = 1;
    for (const std::size_t dimension : shape) count *= dimension;
    return count;
}

template <class T>
std::vector<T> NpyArray::values() const {
    if (dtype != dtype_of<T>()) {
        throw DataError(
            fmt::format("{}: the array is {}, {} is needed", name, dtype_name(dtype), dtype_name(dtype_of<T>())));
    }
    std::vector<T> result(bytes.size() / sizeof(T));
    if (!result.empty()) std::memcpy(result.data(), bytes.data(), result.size() * sizeof(T));
    return result;
}

template std::vector<float> NpyArray::values<float>() const;
template std::vector<double> NpyArray::values<double>() const;
template std::vector<std::int32_t> NpyArray::values<std::int32_t>() const;
template std::vector<std::int64_t> NpyArray::values<std::int64_t>() const;

std::vector<double> NpyArray::as_float64() const {
    switch (dtype) {
        case DType::float32:
            return converted<double>(values<float>());
        case DType::int32:
            return converted<double>(values<std::int32_t>());
        case DType::int64:
            return converted<double>(values<std::int64_t>());
        case DType::float64:
        case DType::object:
            break;
    }
    return values<double>();
}

std::vector<std::int64_t> NpyArray::as_int64() const {
    return dtype == DType::int32 ? converted<std::int64_t>(values<std::int32_t>()) : values<std::int64_t>();
}

NpyArray parse_npy(std::string bytes, std::string name) {
    const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
    if (bytes.size() < 10 || !bytes.starts_with("\x93NUMPY")) {
        throw DataError(fmt::format("{}: not an .npy array (its first bytes are not those of numpy's format)", name));
    }
    const std::size_t version = byte(6);
    if (version < 1 || version > 3 || byte(7) != 0) {
        throw DataError(
            fmt::format("{}: .npy format {}.{} is unknown; 1.0, 2.0 and 3.0 are read", name, version, byte(7)));
    }
    const std::size_t start = version == 1 ? 10 : 12;
    if (bytes.size() < start) throw DataError(fmt::format("{}: ends within the .npy header", name));
    std::size_t header_bytes = byte(8) | byte(9) << 8;
    if (version > 1) header_bytes |= byte(10) << 16 | byte(11) << 24;
    if (header_bytes > most_header_bytes || header_bytes > bytes.size() - start) {
        throw DataError(fmt::format("{}: the .npy header should have {} bytes; the file has {} after it begins", name,
                                    header_bytes, bytes.size() - start));
    }
    NpyArray array;
    array.name = std::move(name);
    HeaderParser(std::string_view(bytes).substr(start, header_bytes), array.name).parse(array);
    bytes.erase(0, start + header_bytes);
    const auto wanted = byte_count(array);
    if (!wanted || (array.dtype != DType::object && bytes.size() != *wanted)) {
        throw DataError(fmt::format("{}: {} bytes of data do not fit the shape ({}) of {}", array.name, bytes.size(),
                                    fmt::join(array.shape, ", "), dtype_name(array.dtype)));
    }
    array.bytes = std::move(bytes);
    return array;
}

}  // namespace cellwise::data
