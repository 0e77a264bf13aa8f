#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/terminal/output.h"
#include "core/cell.h"
#include "lab/weights_file.h"
#include "verbs/gates_request.h"
#include "verbs/model_request.h"

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

/// What to show of the gates of a trained model.
struct TrainedGatesOptions : verbs::GatesRequest {
    verbs::ModelRequest model;        ///< path empty: tiny Korean models, trained here
    verbs::VocabularyRequest words;   ///< of the model
    std::optional<std::string> text;  ///< empty: the notes' three film sentences
    std::vector<Cell> cells;          ///< of the tiny models
    std::uint64_t seed = 0;           ///< likewise
    bool units = false;               ///< each hidden unit's gates too
    std::string svg;
};
void show_trained_gates(const TrainedGatesOptions& options, const Output& out);

}  // namespace cellwise::cli
