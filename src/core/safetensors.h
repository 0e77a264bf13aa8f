#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace cellwise {

/// The element types of a safetensors file.
enum class DType {
    float64,
    float32,
    float16,
    bfloat16,
    int64,
    int32,
    int16,
    int8,
    uint64,
    uint32,
    uint16,
    uint8,
    boolean,
};

/// The name in a safetensors header: F64, F32, F16, BF16, I64, …, U8, BOOL.
[[nodiscard]] std::string_view dtype_name(DType dtype);
/// Bytes of one element.
[[nodiscard]] std::size_t dtype_size(DType dtype);

template <class T>
[[nodiscard]] constexpr DType dtype_of() {
    if constexpr (std::is_same_v<T, double>)
        return DType::float64;
    else if constexpr (std::is_same_v<T, float>)
        return DType::float32;
    else if constexpr (std::is_same_v<T, std::int64_t>)
        return DType::int64;
    else if constexpr (std::is_same_v<T, std::int32_t>)
        return DType::int32;
    else if constexpr (std::is_same_v<T, std::uint64_t>)
        return DType::uint64;
    else if constexpr (std::is_same_v<T, std::uint8_t>)
        return DType::uint8;
    else
        static_assert(!sizeof(T), "no safetensors type for this C++ type");
}

/// One named array, its elements in row-major order and little-endian.
struct StoredTensor {
    std::string name;
    DType dtype = DType::float32;
    std::vector<std::int64_t> shape;  ///< empty for a scalar
    std::vector<std::byte> bytes;     ///< product(shape) · dtype_size(dtype)

    /// The elements. Throws DataError, naming the tensor, if T is not its type.
    template <class T>
    [[nodiscard]] std::vector<T> values() const {
        require_dtype(dtype_of<T>());
        std::vector<T> result(bytes.size() / sizeof(T));
        if (!bytes.empty()) std::memcpy(result.data(), bytes.data(), bytes.size());
        return result;
    }
    void require_dtype(DType wanted) const;
};

/// A tensor from values; their number must be product(shape), else write_safetensors refuses it.
template <class T>
[[nodiscard]] StoredTensor store_tensor(std::string name, std::vector<std::int64_t> shape, std::span<const T> values) {
    const auto bytes = std::as_bytes(values);
    return {std::move(name), dtype_of<T>(), std::move(shape), {bytes.begin(), bytes.end()}};
}

using SafetensorsMetadata = std::map<std::string, std::string>;

/// The content of a file: tensors in the order in which their bytes stand in it.
struct SafetensorsContent {
    std::vector<StoredTensor> tensors;
    SafetensorsMetadata metadata;

    /// The tensor of that name. Throws DataError, naming `origin`, if there is none.
    [[nodiscard]] const StoredTensor& at(std::string_view name, std::string_view origin) const;
};

// The safetensors container (https://huggingface.co/docs/safetensors, "Format"): 8 bytes little-endian
// header length, a JSON header {name: {dtype, shape, data_offsets}, "__metadata__": {string: string}},
// then the tensors' bytes without gaps. Larger element types are written first, so that every tensor
// is aligned for readers that map the file.

/// Writes atomically and makes missing parent folders. Throws InternalError for a repeated name or a
/// byte count that does not fit the shape, EnvironmentError if the file cannot be written.
void write_safetensors(const std::filesystem::path& path, std::span<const StoredTensor> tensors,
                       const SafetensorsMetadata& metadata = {});
[[nodiscard]] std::string encode_safetensors(std::span<const StoredTensor> tensors,
                                             const SafetensorsMetadata& metadata = {});

/// Reads a file that anyone may have written. Throws DataError naming the file and the tensor for
/// whatever the format forbids: a truncated file, an oversized header, repeated keys, an unknown
/// type, a shape that overflows or does not fit its bytes, offsets that overlap, leave gaps or
/// reach beyond the end.
[[nodiscard]] SafetensorsContent read_safetensors(const std::filesystem::path& path);
[[nodiscard]] SafetensorsContent decode_safetensors(std::string_view bytes, std::string_view origin);

}  // namespace cellwise
