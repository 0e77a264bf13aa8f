#pragma once

#include <span>
#include <string>

#include "core/safetensors.h"

namespace cellwise::interchange {

/// The bytes of a file for torch.load(path, weights_only=True): a dictionary of tensors by name, as
/// torch.save of a state_dict writes it (zip, pickle protocol 2; the format of PyTorch 1.6 and later).
///
/// Written here and not by torch::pickle_save, whose typed dictionary names a function that weights_only
/// forbids. float32, float64 and int64 tensors. Throws InternalError for another type.
[[nodiscard]] std::string encode_pytorch_file(std::span<const StoredTensor> tensors);

}  // namespace cellwise::interchange
