#pragma once

#include <filesystem>

#include "learning/fit.h"
#include "settings/origin.h"

namespace cellwise::learning {

// A checkpoint is one safetensors file: the model's tensors as "model.<name>", the optimizer's moments
// as "optimizer.first.<name>" and "optimizer.second.<name>", dropout's generator as "dropout.generator",
// the best epoch's tensors for early stopping as "best.<name>", and in the metadata the format's version, the rest of
// the state as JSON, and a SHA-256 over it all.

/// Writes the state between two steps, atomically. Throws EnvironmentError. False, and nothing is written, if a weight
/// or moment is not a finite number: the training has diverged, if it does not know it yet, and what was saved before
/// leads there again.
bool save_checkpoint(const std::filesystem::path& path, const Fit& fit, const settings::Origin& origin);

/// Sets trainer and fit to the saved state: what follows has the same bits as if it had never stopped.
/// Throws DataError naming the file and what is wrong with it: damaged, of another version, of other
/// settings or data.
void load_checkpoint(const std::filesystem::path& path, Fit& fit, const settings::Origin& origin);

}  // namespace cellwise::learning
