#include "cli/gates.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/number_list.h"
#include "core/cell.h"
#include "core/error.h"
#include "core/random.h"
#include "training/setting_text.h"

namespace cellwise::cli {
namespace {

struct GatesFlags {
    std::string cell, example = "tutorial", input, hidden_state, cell_state, weights, precision = "float64", json;
    std::string seed = "0";
    bool has_input = false, has_hidden_state = false, has_cell_state = false, has_weights = false;
};

std::optional<Cell> wanted_cell(const GatesFlags& flags) {
    if (flags.cell.empty()) return std::nullopt;
    const Cell cell = parse_cell(flags.cell);
    if (cell == Cell::simple_rnn) throw UsageError("--cell simple_rnn: a SimpleRNN has no gates; take lstm or gru");
    return cell;
}

/// The worked examples have their own numbers and their own cell.
void require_example_alone(const GatesFlags& flags, Cell cell) {
    if (flags.has_input || flags.has_hidden_state || flags.has_cell_state || flags.has_weights) {
        throw UsageError(
            fmt::format("--example {} has its own numbers; --input, --hidden-state, --cell-state and --weights go with "
                        "--example tutorial",
                        flags.example));
    }
    if (flags.precision != "float64") {
        throw UsageError(
            fmt::format("--example {} prints float64; --precision goes with --example tutorial", flags.example));
    }
    if (wanted_cell(flags).value_or(cell) != cell) {
        throw UsageError(
            fmt::format("--example {} is about the {}, not --cell {}", flags.example, cell_title(cell), flags.cell));
    }
}

std::uint64_t seed_of(const GatesFlags& flags) { return training::setting_text::natural(flags.seed, "--seed"); }

bool is_lstm(const lab::CellWeights& weights) { return std::holds_alternative<lab::LstmWeights<double>>(weights); }

lab::CellWeights weights_for(const GatesFlags& flags, std::size_t input_size, std::size_t hidden_size) {
    const auto cell = wanted_cell(flags);
    if (flags.has_weights) {
        auto weights = lab::read_weights_file(flags.weights);
        const Cell found = is_lstm(weights) ? Cell::lstm : Cell::gru;
        if (cell.value_or(found) != found) {
            throw UsageError(fmt::format("--cell {}, but {} holds the weights of a {}", flags.cell, flags.weights,
                                         cell_title(found)));
        }
        return weights;
    }
    Random random(seed_of(flags), "weights");
    if (cell == Cell::gru) return lab::random_gru_weights(input_size, hidden_size, random);
    return lab::random_lstm_weights(input_size, hidden_size, random);
}

std::vector<double> list_or(bool given, std::string_view flag, const std::string& text, std::vector<double> standard) {
    return given ? parse_number_list(flag, text, lab::largest_size) : standard;
}

void require_size(std::string_view flag, bool given, std::size_t size, std::size_t expected, std::string_view reason) {
    if (size == expected) return;
    throw UsageError(fmt::format("{}: {} numbers are needed{}, {}", flag, expected, reason,
                                 given ? fmt::format("{} are given", size)
                                       : fmt::format("the tutorial's {} do not fit: give them yourself", size)));
}

StepNumbers resolve(const GatesFlags& flags) {
    StepNumbers numbers;
    numbers.float32 = flags.precision == "float32";
    numbers.seed = seed_of(flags);
    numbers.weights_file = flags.weights;
    numbers.input = list_or(flags.has_input, "--input", flags.input, {0.2, 0.5, 0.1});
    numbers.hidden_state = list_or(flags.has_hidden_state, "--hidden-state", flags.hidden_state, {0.1, 0.2, 0.3});
    numbers.weights = weights_for(flags, numbers.input.size(), numbers.hidden_state.size());

    std::visit(
        [&](const auto& weights) {
            const auto reason = flags.has_weights ? " by " + flags.weights : std::string();
            require_size("--input", flags.has_input, numbers.input.size(), weights.input_size(), reason);
            require_size("--hidden-state", flags.has_hidden_state, numbers.hidden_state.size(), weights.hidden_size(),
                         reason);
        },
        numbers.weights);
    if (is_lstm(numbers.weights)) {
        numbers.cell_state = list_or(flags.has_cell_state, "--cell-state", flags.cell_state, {0.4, 0.5, 0.6});
        require_size("--cell-state", flags.has_cell_state, numbers.cell_state.size(), numbers.hidden_state.size(),
                     ", as many as in the hidden state");
    } else if (flags.has_cell_state) {
        throw UsageError("--cell-state: a GRU has no cell state; leave the flag out");
    }
    return numbers;
}

void run_gates(const GatesFlags& flags) {
    const Output out(flags.json);
    const auto seed = seed_of(flags);
    if (flags.example == "sentence") {
        require_example_alone(flags, Cell::lstm);
        show_worked_sentence(out);
    } else if (flags.example == "gru-shape") {
        require_example_alone(flags, Cell::gru);
        show_gru_shapes(seed, out);
    } else {
        const auto numbers = resolve(flags);
        is_lstm(numbers.weights) ? show_lstm_step(numbers, out) : show_gru_step(numbers, out);
    }
}

}  // namespace

void add_gates(CLI::App& app) {
    auto* command = app.add_subcommand("gates", "compute one LSTM or GRU step by hand, and check it against torch");
    auto flags = std::make_shared<GatesFlags>();
    command->add_option("--cell", flags->cell, "lstm or gru (default lstm, or what --weights holds)");
    command
        ->add_option("--example", flags->example,
                     "tutorial (one step), sentence (three Korean words), gru-shape (shapes of nn.GRU)")
        ->check(CLI::IsMember({"tutorial", "sentence", "gru-shape"}))
        ->capture_default_str();
    auto* input = command->add_option("--input", flags->input, "x, numbers with commas (default 0.2,0.5,0.1)");
    auto* hidden =
        command->add_option("--hidden-state", flags->hidden_state, "h before the step (default 0.1,0.2,0.3)");
    auto* memory =
        command->add_option("--cell-state", flags->cell_state, "c before the step, LSTM only (default 0.4,0.5,0.6)");
    auto* weights = command->add_option("--weights", flags->weights,
                                        "JSON file of the weights (default: standard normal ones from --seed)");
    command->add_option("--seed", flags->seed, "seed of the random weights, and of gru-shape's numbers")
        ->type_name("COUNT")
        ->capture_default_str();
    command->add_option("--precision", flags->precision, "precision of the numbers printed; both are checked")
        ->check(CLI::IsMember({"float32", "float64"}))
        ->capture_default_str();
    command->add_option("--json", flags->json, "write everything at full precision to this file, - = standard output");
    command->footer(
        "Examples:\n"
        "  cellwise gates                                     the tutorial's LSTM step\n"
        "  cellwise gates --cell gru --seed 7                 the GRU in the notes' and PyTorch's conventions\n"
        "  cellwise gates --input 1,-2 --hidden-state 0 --cell-state 0.5\n"
        "  cellwise gates --example sentence                  \"저는 아침에 책을\" and its next word\n"
        "Exit code 1: the hand-written step and torch differ beyond the tolerance.");
    command->callback([=] {
        flags->has_input = input->count() > 0;
        flags->has_hidden_state = hidden->count() > 0;
        flags->has_cell_state = memory->count() > 0;
        flags->has_weights = weights->count() > 0;
        run_gates(*flags);
    });
}

}  // namespace cellwise::cli
