#include "core/cell.h"

#include <fmt/format.h>

#include <string>

#include "core/edit_distance.h"
#include "core/error.h"

namespace cellwise {

std::string_view cell_name(Cell cell) {
    switch (cell) {
        case Cell::simple_rnn:
            return "simple_rnn";
        case Cell::lstm:
            return "lstm";
        case Cell::gru:
            return "gru";
    }
    throw InternalError("cell_name: no such cell");
}

std::string_view cell_title(Cell cell) {
    switch (cell) {
        case Cell::simple_rnn:
            return "RNN";
        case Cell::lstm:
            return "LSTM";
        case Cell::gru:
            return "GRU";
    }
    throw InternalError("cell_title: no such cell");
}

Cell parse_cell(std::string_view name) {
    std::string lower(name);
    for (char& letter : lower) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    if (lower == "rnn" || lower == "simplernn") return Cell::simple_rnn;  // as people and Keras write it
    for (const Cell cell : all_cells) {
        if (lower == cell_name(cell)) return cell;
    }
    throw UsageError(fmt::format("unknown cell '{}': choose from simple_rnn, lstm, gru{}", name,
                                 did_you_mean(lower, {"simple_rnn", "lstm", "gru"})));
}

}  // namespace cellwise
