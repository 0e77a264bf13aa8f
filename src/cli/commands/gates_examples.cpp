#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "cli/commands/gates.h"
#include "cli/terminal/check_table.h"
#include "lab/gru_shape.h"
#include "lab/torch_check.h"
#include "lab/worked_sentence.h"
#include "report/text/table.h"

namespace cellwise::cli {
namespace {

using Vector = std::vector<double>;

/// All weights of the worked sentence, one row a unit.
std::string weights_text(const lab::WorkedSentence& sentence) {
    using Align = report::Table::Align;
    report::Table table({{"gate", Align::left},
                         {"unit"},
                         {fmt::format("W: {}", fmt::join(sentence.words, " ")), Align::left},
                         {"U: unit 1, unit 2", Align::left},
                         {"from", Align::left}});
    lab::for_each_lstm_gate(sentence.weights, [&](std::string_view name, const auto& gate) {
        for (std::size_t j = 0; j < gate.bias.size(); ++j) {
            const auto input = gate.input_weight.row(j), recurrent = gate.recurrent_weight.row(j);
            table.add_row({std::string(name), fmt::format("{}", j + 1),
                           vector_line({input.begin(), input.end()}, false),
                           vector_line({recurrent.begin(), recurrent.end()}, false),
                           name == "forget_gate" && j == 0 ? "the notes" : "ours"});
        }
    });
    return table.text();
}

std::string readout_text(const lab::NextWordReadout& readout) {
    using Align = report::Table::Align;
    report::Table table({{"next word", Align::left}, {"weights of h", Align::left}, {"bias"}, {"from", Align::left}});
    for (std::size_t word = 0; word < readout.vocabulary.size(); ++word) {
        const auto row = readout.weight.row(word);
        table.add_row({readout.vocabulary[word], vector_line({row.begin(), row.end()}, false),
                       fmt::format("{}", readout.bias[word]), "ours"});
    }
    return table.text();
}

std::string step_text(const lab::SentenceStep& step, std::size_t number, const lab::NextWordReadout& readout) {
    std::string text = fmt::format("x{} = {}, {}\n", number, vector_line(step.input, false), step.word);
    const auto line = [&](const char* label, const Vector& values) {
        text += fmt::format("  {}: {}\n", label, vector_line(values, false));
    };
    line("Forget Gate Output", step.step.forget_gate);
    line("Input Gate Output", step.step.input_gate);
    line("Output Gate Output", step.step.output_gate);
    line("New Memory Cell", step.step.cell_state);
    line("New Hidden State", step.step.hidden_state);
    text += "  Next word:";
    for (std::size_t word = 0; word < readout.vocabulary.size(); ++word) {
        text += fmt::format("{} {} {:.4f}", word == 0 ? "" : ",", readout.vocabulary[word],
                            step.next_word_probability[word]);
    }
    return text + "\n";
}

template <class Real>
lab::StepCheck check(const lab::LstmWeights<double>& weights, const lab::SentenceStep& step) {
    return lab::check_lstm_step<Real>(lab::convert<Real>(weights), lab::convert<Real>(step.input),
                                      lab::convert<Real>(step.hidden_before), lab::convert<Real>(step.cell_before));
}

nlohmann::ordered_json step_json(const lab::SentenceStep& step, const lab::NextWordReadout& readout) {
    nlohmann::ordered_json next_word;
    for (std::size_t word = 0; word < readout.vocabulary.size(); ++word) {
        next_word[readout.vocabulary[word]] = step.next_word_probability[word];
    }
    return {{"word", step.word},
            {"input", step.input},
            {"forget_gate", step.step.forget_gate},
            {"input_gate", step.step.input_gate},
            {"output_gate", step.step.output_gate},
            {"candidate", step.step.candidate},
            {"cell_state", step.step.cell_state},
            {"hidden_state", step.step.hidden_state},
            {"next_word_probability", next_word}};
}

}  // namespace

void show_worked_sentence(const Output& out) {
    const auto sentence = lab::worked_sentence();
    const auto steps = lab::read_sentence(sentence);
    std::vector<CheckRow> checks;
    auto words = nlohmann::ordered_json::array();
    std::string text = fmt::format(
        "The worked sentence \"{}\" and its next word, by an LSTM of two hidden units; h0 = c0 = [0. 0.]\n"
        "One unit's forget weights are the notes'; all other weights are ours, chosen so that i1 = σ(0.2), so that\n"
        "unit 1 stores the object and unit 2 the time, and so that the readout knows which verb goes with what.\n\n{}\n"
        "{}\n",
        fmt::join(sentence.words, " "), weights_text(sentence), readout_text(sentence.readout));
    for (std::size_t t = 0; t < steps.size(); ++t) {
        const auto& step = steps[t];
        text += step_text(step, t + 1, sentence.readout) + "\n";
        const auto in_float32 = check<float>(sentence.weights, step),
                   in_float64 = check<double>(sentence.weights, step);
        checks.push_back({step.word, "torch::nn::LSTMCell", "float32", in_float32.state});
        checks.push_back({step.word, "torch::nn::LSTMCell", "float64", in_float64.state});
        if (t == 0) checks.push_back({"gate order probe", "torch::nn::LSTMCell", "float64", in_float64.probe});
        words.push_back(step_json(step, sentence.readout));
    }
    const auto& first = steps.front().step;
    const auto& last = steps.back().next_word_probability;
    const auto best = static_cast<std::size_t>(std::ranges::max_element(last) - last.begin());
    text += fmt::format(
        "Unit 1 at the first word: f1 = {:.4f}, so {:.0f}% of the past is kept; i1 = {:.4f}, so {:.0f}% of the new\n"
        "information is stored. After \"{}\" the likeliest next word is {}, with probability {:.4f}.\n\n",
        first.forget_gate[0], 100 * first.forget_gate[0], first.input_gate[0], 100 * first.input_gate[0],
        fmt::join(sentence.words, " "), sentence.readout.vocabulary[best], last[best]);
    out.print(text + check_text(checks));

    nlohmann::ordered_json readout{{"vocabulary", sentence.readout.vocabulary}};
    for (std::size_t word = 0; word < sentence.readout.vocabulary.size(); ++word) {
        const auto row = sentence.readout.weight.row(word);
        readout["weight"].push_back(Vector(row.begin(), row.end()));
    }
    readout["bias"] = sentence.readout.bias;
    out.write_json(with_schema(
        "gates-sentence", {{"cell", "lstm"},
                           {"example", "sentence"},
                           {"precision", "float64"},
                           {"weights", lab::weights_document(sentence.weights)},
                           {"weights_from_the_notes",
                            {"forget_gate.input_weight[0]", "forget_gate.recurrent_weight[0]", "forget_gate.bias[0]"}},
                           {"readout", readout},
                           {"words", words},
                           {"next_word", sentence.readout.vocabulary[best]},
                           {"checks", check_json(checks)},
                           {"verdict", verdict(checks)}}));
    require_agreement(checks);
}

void show_gru_shapes(std::uint64_t seed, const Output& out) {
    const auto in_float32 = lab::run_gru_shape_example<float>(seed);
    const auto in_float64 = lab::run_gru_shape_example<double>(seed);
    const std::vector<CheckRow> checks{{"GRU by hand, all steps", "torch::nn::GRU", "float32", in_float32.comparison},
                                       {"GRU by hand, all steps", "torch::nn::GRU", "float64", in_float64.comparison}};
    const auto& run = in_float64;
    const auto shape = [](const std::vector<std::int64_t>& sizes) {
        return fmt::format("({})", fmt::join(sizes, ", "));
    };
    out.print(fmt::format("nn.GRU(10, 20, 1, batch_first=True), random weights, input and first state from seed {}\n"
                          "x:      {}  [batch, time, features]\n"
                          "h0:     {}  [layers, batch, hidden]\n"
                          "output: {}  the hidden state at every step\n"
                          "hn:     {}  the hidden state after the last step\n\n",
                          seed, shape(run.input_shape), shape(run.initial_shape), shape(run.output_shape),
                          shape(run.final_shape)) +
              check_text(checks));
    out.write_json(with_schema("gates-shape", {{"cell", "gru"},
                                               {"example", "gru-shape"},
                                               {"seed", seed},
                                               {"input_shape", run.input_shape},
                                               {"initial_shape", run.initial_shape},
                                               {"output_shape", run.output_shape},
                                               {"final_shape", run.final_shape},
                                               {"checks", check_json(checks)},
                                               {"verdict", verdict(checks)}}));
    require_agreement(checks);
}

}  // namespace cellwise::cli
