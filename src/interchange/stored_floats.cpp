#include "interchange/stored_floats.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace cellwise::interchange {
namespace {

template <class T, class Convert>
std::vector<float> converted(const StoredTensor& tensor, Convert convert) {
    std::vector<float> result(tensor.bytes.size() / sizeof(T));
    for (std::size_t i = 0; i < result.size(); ++i) {
        T value;
        std::memcpy(&value, tensor.bytes.data() + i * sizeof(T), sizeof(T));
        result[i] = convert(value);
    }
    return result;
}

/// IEEE 754's binary16: sign, 5 bits of exponent, 10 of mantissa.
float of_half(std::uint16_t bits) {
    const int exponent = bits >> 10 & 0x1f;
    const auto mantissa = static_cast<float>(bits & 0x3ff);
    float value = 0;
    if (exponent == 0x1f) {
        value = mantissa == 0 ? INFINITY : NAN;
    } else if (exponent == 0) {
        value = std::ldexp(mantissa, -24);
    } else {
        value = std::ldexp(1024 + mantissa, exponent - 25);
    }
    return (bits & 0x8000) != 0 ? -value : value;
}

/// The upper half of a float32.
float of_bfloat(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

}  // namespace

std::optional<std::vector<float>> as_float32(const StoredTensor& tensor) {
    switch (tensor.dtype) {
        case DType::float32:
            return tensor.values<float>();
        case DType::float64:
            return converted<double>(tensor, [](double value) { return static_cast<float>(value); });
        case DType::float16:
            return converted<std::uint16_t>(tensor, of_half);
        case DType::bfloat16:
            return converted<std::uint16_t>(tensor, of_bfloat);
        default:
            return std::nullopt;
    }
}

std::string other_float_type(DType dtype) {
    switch (dtype) {
        case DType::float64:
            return "float64";
        case DType::float16:
            return "float16";
        case DType::bfloat16:
            return "bfloat16";
        default:
            return "";
    }
}

}  // namespace cellwise::interchange
