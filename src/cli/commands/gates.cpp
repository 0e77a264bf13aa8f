#include "cli/commands/gates.h"
#include "cli/flags/model_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/flags/number_list.h"
#include "cli/flags/settings.h"
#include "core/cell.h"
#include "core/error.h"
#include "core/random.h"
#include "settings/setting_text.h"

namespace cellwise::cli {
namespace {

struct GatesFlags {
    std::string cell, example = "tutorial", input, hidden_state, cell_state, weights, precision = "float64", json;
    std::string seed = "0";
    bool has_input = false, has_hidden_state = false, has_cell_state = false, has_weights = false, has_example = false;

    // Of a trained model's gates.
    verbs::ModelRequest model;
    verbs::VocabularyRequest words;
    std::string text, layer, direction = "forward", svg;
    bool has_model = false, has_text = false, no_padding = false, units = false;
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

std::uint64_t seed_of(const GatesFlags& flags) { return settings::natural(flags.seed, "--seed"); }

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

std::vector<double> list_or(bool given, std::string_view flag, const std::string& text,
                            const std::vector<double>& standard) {
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

bool wants_trained_model(const GatesFlags& flags) {
    return flags.has_model || flags.has_text || flags.example == "film";
}

/// Without a model there is nothing they speak of.
void require_no_model_flags(const GatesFlags& flags) {
    const std::pair<const char*, bool> given[] = {{"--length", flags.model.length != 0},
                                                  {"--config", !flags.model.config.empty()},
                                                  {"--stack", !flags.model.stack.empty()},
                                                  {"--vocabulary", !flags.words.vocabulary.empty()},
                                                  {"--data", !flags.words.data.empty()}};
    for (const auto& [flag, is_given] : given) {
        if (is_given) throw UsageError(fmt::format("{} says how a model is to be read: add --model", flag));
    }
}

/// The flags of a trained model's gates mean nothing beside a single step's.
void require_no_trained_flags(const GatesFlags& flags) {
    const auto refuse = [](const char* flag) {
        throw UsageError(fmt::format("{} goes with --model RUN --text \"…\", or with --example film", flag));
    };
    if (!flags.layer.empty()) refuse("--layer");
    if (flags.direction != "forward") refuse("--direction");
    if (!flags.svg.empty()) refuse("--svg");
    if (flags.no_padding) refuse("--no-padding");
    if (flags.units) refuse("--units");
}

TrainedGatesOptions resolve_trained(const GatesFlags& flags) {
    const bool film = flags.example == "film";
    if (flags.has_input || flags.has_hidden_state || flags.has_cell_state || flags.has_weights) {
        throw UsageError(
            "--input, --hidden-state, --cell-state and --weights are of a single step: leave them out, the "
            "trained model has its own");
    }
    if (flags.precision != "float64")
        throw UsageError("--precision: the gates of a trained model are shown in float64");
    if (flags.has_example && !film) {
        throw UsageError(fmt::format("--example {} has its own numbers: leave --model and --text out", flags.example));
    }
    if (!flags.has_model && !film) {
        throw UsageError(
            "--text needs a trained model that reads it: add --model RUN, or --example film for the tiny "
            "Korean ones");
    }
    if (flags.has_model && !flags.has_text && !film) {
        throw UsageError("--model needs a text to read: add --text \"…\", or --example film for the notes' sentences");
    }
    if (flags.has_model && !flags.cell.empty()) throw UsageError("--cell: the trained model has its own; leave it out");
    TrainedGatesOptions options;
    options.model = flags.model;
    options.words = flags.words;
    if (flags.has_text) options.text = flags.text;
    options.cells = flags.cell.empty() ? std::vector{Cell::lstm, Cell::gru} : std::vector{parse_cell(flags.cell)};
    options.seed = seed_of(flags);
    if (!flags.layer.empty()) {
        const auto layer = settings::natural(flags.layer, "--layer");
        if (layer == 0) throw UsageError("--layer: layers are counted from 1");
        options.layer = layer - 1;
    }
    options.direction = flags.direction == "backward" ? 1 : 0;
    options.with_padding = !flags.no_padding;
    options.units = flags.units;
    options.svg = flags.svg;
    return options;
}

void run_gates(const GatesFlags& flags) {
    const Output out(flags.json);
    if (!flags.has_model) require_no_model_flags(flags);
    if (wants_trained_model(flags)) {
        show_trained_gates(resolve_trained(flags), out);
        return;
    }
    require_no_trained_flags(flags);
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
    auto* command = add_command(app, "gates");
    auto flags = std::make_shared<GatesFlags>();
    command->add_option("--cell", flags->cell,
                        "lstm or gru (default lstm, or what --weights holds; film: both, or simple_rnn too)");
    auto* example =
        command
            ->add_option("--example", flags->example,
                         "tutorial (one step), sentence (three Korean words), gru-shape (shapes of nn.GRU), film (the "
                         "notes' film sentences: by tiny Korean models trained on the spot, or in English by --model)")
            ->check(CLI::IsMember({"tutorial", "sentence", "gru-shape", "film"}))
            ->capture_default_str();
    auto* model = command
                      ->add_option("--model", flags->model.path,
                                   "a trained model, whose gates are shown for every word of --text")
                      ->type_name("RUN|FILE.keras|FILE.weights.h5");
    add_model_flags(*command, flags->model);
    add_vocabulary_flags(*command, flags->words);
    auto* text = command->add_option("--text", flags->text, "the text that the trained model reads, in UTF-8");
    command->add_option("--layer", flags->layer, "which recurrent layer, from 1 (default: the last)")->type_name("N");
    command->add_option("--direction", flags->direction, "of a bidirectional layer: forward or backward")
        ->check(CLI::IsMember({"forward", "backward"}))
        ->capture_default_str();
    command->add_flag("--units", flags->units, "show each hidden unit's gates, not only their mean");
    command->add_flag("--no-padding", flags->no_padding,
                      "start the text from an empty state, not behind the padding of training");
    command->add_option("--svg", flags->svg, "draw words by gates as a heat map (a second text: FILE-2.svg)")
        ->type_name("FILE");
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
        "  cellwise gates --model runs/lstm --text \"a moving, wonderful film\" --svg gates.svg\n"
        "  cellwise gates --example film                      \"이 영화는 정말 좋았다!\" by tiny Korean models\n"
        "Exit code 1: the hand-written step and torch differ beyond the tolerance.");
    add_display_flags(*command);
    command->callback([=] {
        flags->has_example = example->count() > 0;
        flags->has_model = model->count() > 0;
        flags->has_text = text->count() > 0;
        flags->has_input = input->count() > 0;
        flags->has_hidden_state = hidden->count() > 0;
        flags->has_cell_state = memory->count() > 0;
        flags->has_weights = weights->count() > 0;
        run_gates(*flags);
    });
}

}  // namespace cellwise::cli
