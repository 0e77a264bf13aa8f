#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "learning/options.h"
#include "models/options.h"

namespace cellwise::parity {

/// Numbers of one quantity, row-major.
struct GoldenArray {
    std::vector<std::int64_t> shape;
    std::vector<double> values;
};

/// Variables by the names of interchange::KerasModel::variables (recurrent_0.forward.kernel, …), in
/// Keras's layout.
using GoldenVariables = std::map<std::string, GoldenArray>;

/// Some training steps as Keras took them: NAME.json (what was trained and how) and NAME.npz (all numbers).
struct GoldenCase {
    std::string name;  ///< the file's name without .json
    models::ClassifierOptions model;
    learning::TrainingOptions training;
    std::int64_t steps = 0;
    std::int64_t batch = 0;
    std::int64_t length = 0;

    std::vector<std::int64_t> ids;  ///< [steps, batch, length]
    GoldenArray labels;             ///< [steps, batch]
    GoldenArray probability;        ///< [steps, batch]: in training mode, before each update
    GoldenArray loss;               ///< [steps]: with the L2 penalty
    GoldenArray inference;          ///< [batch]: on the first step's ids with the final variables

    GoldenVariables initial;
    GoldenVariables gradient;     ///< of the first step, before clipping
    GoldenVariables after_first;  ///< after one step
    GoldenVariables after_last;   ///< after all steps

    std::map<std::string, std::string> keras_names;  ///< recurrent_0.forward.kernel → lstm.kernel
};

/// Reads a case from its .json file and the .npz beside it. Throws DataError naming the file and the key
/// that is missing, unknown, of the wrong type or shape, out of range or not finite.
[[nodiscard]] GoldenCase read_golden_case(const std::filesystem::path& json_path);

/// The .json files that the paths name: files as they are, of folders all, sorted. Throws DataError for a
/// path that is missing or a folder without any.
[[nodiscard]] std::vector<std::filesystem::path> find_golden_cases(const std::vector<std::string>& paths);

}  // namespace cellwise::parity
