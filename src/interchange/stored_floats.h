#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/safetensors.h"

namespace cellwise::interchange {

/// The elements of a tensor of floating point (float16, bfloat16, float32, float64) as float32, float64 rounded.
/// Nothing for other types.
[[nodiscard]] std::optional<std::vector<float>> as_float32(const StoredTensor& tensor);

/// "float64" where the tensor is of it, likewise "float16" and "bfloat16"; "" for all else.
[[nodiscard]] std::string other_float_type(DType dtype);

}  // namespace cellwise::interchange
