#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/safetensors.h"
#include "interchange/keras_model.h"

namespace cellwise::interchange {

/// The model behind a PyTorch state_dict (named tensors) of an nn.Embedding, nn.RNN, nn.LSTM or nn.GRU and an nn.Linear
/// with one output, or two (a softmax). The modules' own names do not matter, nor does "module." in front
/// (nn.DataParallel).
///
/// A state_dict does not say how its modules are put together, nor what the last state goes through: `stack` (the
/// recurrent layers, first to last) confirms the first, the model's notes name the assumptions. Throws UsageError with
/// the --stack that the tensors suggest where `stack` is empty, DataError naming `origin` and the tensor that fits in
/// nowhere or does not fit `stack`.
[[nodiscard]] KerasModel pytorch_model(const std::vector<StoredTensor>& tensors,
                                       const std::vector<models::RecurrentOptions>& stack, const std::string& origin);

/// The same of a .safetensors file. Throws DataError for a damaged one.
[[nodiscard]] KerasModel read_pytorch_state(const std::filesystem::path& path,
                                            const std::vector<models::RecurrentOptions>& stack);

/// Whether a file begins as a .safetensors file does.
[[nodiscard]] bool is_safetensors(const std::filesystem::path& path);

}  // namespace cellwise::interchange
