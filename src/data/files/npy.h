#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace cellwise::data {

/// The element types that are read. `object` is numpy's pickled '|O', see data/pickle.h.
enum class DType { float32, float64, int32, int64, object };

/// numpy's name of a type: "float32", …, "object".
[[nodiscard]] std::string_view dtype_name(DType dtype);

/// One array of an .npy file: C order, little endian.
struct NpyArray {
    std::string name;  ///< the file or archive member it was read from, for messages
    DType dtype = DType::float32;
    std::vector<std::size_t> shape;  ///< empty for a scalar
    std::string bytes;               ///< [shape] elements; for DType::object the pickle

    /// How many elements the shape holds.
    [[nodiscard]] std::size_t size() const;

    /// The elements as T, copied, in C order. Throws DataError naming the array if T is not its type.
    template <class T>
    [[nodiscard]] std::vector<T> values() const;

    /// The elements converted to double, or to int64 (integer types only). Throws DataError.
    [[nodiscard]] std::vector<double> as_float64() const;
    [[nodiscard]] std::vector<std::int64_t> as_int64() const;
};

/// Reads the bytes of an .npy file of format version 1, 2 or 3. `name` stands in messages.
/// Throws DataError for a damaged file, Fortran order of more than one dimension, big endian
/// numbers and every element type but those of DType, naming it.
[[nodiscard]] NpyArray parse_npy(std::string bytes, std::string name);

extern template std::vector<float> NpyArray::values<float>() const;
extern template std::vector<double> NpyArray::values<double>() const;
extern template std::vector<std::int32_t> NpyArray::values<std::int32_t>() const;
extern template std::vector<std::int64_t> NpyArray::values<std::int64_t>() const;

}  // namespace cellwise::data
