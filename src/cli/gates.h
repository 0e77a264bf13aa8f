#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/output.h"
#include "lab/state_comparison.h"
#include "lab/weights_file.h"

namespace cellwise::cli {

/// The numbers of one cell step, as the user gave them or as the tutorial has them.
struct StepNumbers {
    lab::CellWeights weights;
    std::vector<double> input, hidden_state;
    std::vector<double> cell_state;  ///< of an LSTM
    bool float32 = false;            ///< the precision of the numbers printed; both are checked
    std::uint64_t seed = 0;
    std::string weights_file;  ///< "" if the weights are drawn from the seed
};

// Each prints its results, writes the JSON and then throws CheckFailed if any comparison with torch
// was beyond its tolerance.
void show_lstm_step(const StepNumbers& numbers, const Output& out);
void show_gru_step(const StepNumbers& numbers, const Output& out);
void show_worked_sentence(const Output& out);
void show_gru_shapes(std::uint64_t seed, const Output& out);

/// One row of the table of checks.
struct CheckRow {
    std::string what;     ///< what was compared with torch
    std::string against;  ///< torch::nn::…
    std::string precision;
    lab::StateComparison comparison;
};

/// The table of checks as text, as JSON, and as a CheckFailed if one of them does not agree.
[[nodiscard]] std::string check_text(const std::vector<CheckRow>& rows);
[[nodiscard]] nlohmann::ordered_json check_json(const std::vector<CheckRow>& rows);
[[nodiscard]] std::string verdict(const std::vector<CheckRow>& rows);
void require_agreement(const std::vector<CheckRow>& rows);

/// A vector as numpy prints it, in the digits of float32 or float64.
[[nodiscard]] std::string vector_line(const std::vector<double>& values, bool float32);

}  // namespace cellwise::cli
