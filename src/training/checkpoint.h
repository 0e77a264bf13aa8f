#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "training/configuration.h"
#include "training/fit.h"

namespace cellwise::training {

/// What a training stands on; it can only go on where all of this is the same.
struct CheckpointOrigin {
    std::map<std::string, std::string> settings;  ///< the settings that decide the result, by key
    std::string data_sha256;
};

/// The origin of a run of this configuration on data of this hash. Settings that do not change the
/// result (threads, jobs, where the data lies, …) are left out.
[[nodiscard]] CheckpointOrigin checkpoint_origin(const Configuration& configuration, const std::string& data_sha256);

/// Throws DataError, naming `where` and the first setting that differs.
void require_same_settings(const CheckpointOrigin& stored, const CheckpointOrigin& wanted, const std::string& where);

// A checkpoint is one safetensors file: the model's tensors as "model.<name>", the optimizer's moments
// as "optimizer.first.<name>" and "optimizer.second.<name>", dropout's generator as "dropout.generator",
// the best epoch's tensors for early stopping as "best.<name>", and in the metadata the format's version, the rest of
// the state as JSON, and a SHA-256 over it all.

/// Writes the state between two steps, atomically. Throws EnvironmentError. False, and nothing is written, if a weight
/// or moment is not a finite number: the training has diverged, if it does not know it yet, and what was saved before
/// leads there again.
bool save_checkpoint(const std::filesystem::path& path, const Fit& fit, const CheckpointOrigin& origin);

/// Sets trainer and fit to the saved state: what follows has the same bits as if it had never stopped.
/// Throws DataError naming the file and what is wrong with it: damaged, of another version, of other
/// settings or data.
void load_checkpoint(const std::filesystem::path& path, Fit& fit, const CheckpointOrigin& origin);

}  // namespace cellwise::training
