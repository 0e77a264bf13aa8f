#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/commands/gates.h"
#include "cli/terminal/check_table.h"
#include "core/log.h"
#include "lab/gru_step.h"
#include "lab/lstm_step.h"
#include "lab/numeric_range.h"
#include "lab/torch_check.h"

namespace cellwise::cli {
namespace {

using Vector = std::vector<double>;

constexpr const char* lstm_meaning =
    "Forget gate: the share of each old memory value that is kept (0 drops it, 1 keeps it)\n"
    "Input gate:  the share of each new candidate value that is stored\n"
    "Output gate: the share of the memory that is shown to the next step and the layers above\n"
    "Memory cell: what is kept of the old memory plus what is stored of the candidate, f∘c + i∘c̃\n"
    "Hidden state: the part of the memory that is shown, o∘tanh(c)\n";

constexpr const char* gru_meaning =
    "Reset gate:  how much of the old state the candidate may see (0 starts afresh, 1 sees all)\n"
    "Update gate: how the new state is mixed of the candidate and the old state\n"
    "Candidate:   the new content on offer\n"
    "Hidden state: the mixture; a GRU has no memory cell beside it\n";

constexpr const char* gru_difference =
    "The notes' z weighs the new candidate, h' = (1-z)∘h + z∘h̃, and r resets the state before the recurrent\n"
    "product; in PyTorch and Keras z weighs the old state, h' = (1-z)∘n + z∘h, and r (by default) resets after\n"
    "the product. The notes' z is 1 - PyTorch's z, so negating the update gate's weights and bias leads from\n"
    "one to the other; the place of the reset gate stays different.\n";

std::string heading(const StepNumbers& numbers, std::string_view cell) {
    std::string text =
        fmt::format("One {} step by hand, {}, {}\n  x = {}\n  h = {}\n", cell,
                    numbers.weights_file.empty() ? fmt::format("standard normal weights from seed {}", numbers.seed)
                                                 : "weights of " + numbers.weights_file,
                    numbers.float32 ? "float32" : "float64", vector_line(numbers.input, numbers.float32),
                    vector_line(numbers.hidden_state, numbers.float32));
    if (!numbers.cell_state.empty()) {
        text += fmt::format("  c = {}\n", vector_line(numbers.cell_state, numbers.float32));
    }
    return text + "\n";
}

nlohmann::ordered_json document_head(const StepNumbers& numbers, std::string_view cell) {
    nlohmann::ordered_json document{{"cell", cell},
                                    {"example", "tutorial"},
                                    {"seed", numbers.seed},
                                    {"weights_file", numbers.weights_file},
                                    {"precision", numbers.float32 ? "float32" : "float64"},
                                    {"input", numbers.input},
                                    {"hidden_state", numbers.hidden_state}};
    if (numbers.weights_file.empty()) {
        document["weights_file"] = nullptr;
    } else {
        document["seed"] = nullptr;
    }
    if (!numbers.cell_state.empty()) document["cell_state"] = numbers.cell_state;
    return document;
}

template <class Real>
lab::LstmStep<double> computed_lstm(const lab::LstmWeights<double>& weights, const StepNumbers& numbers) {
    const auto step =
        lab::lstm_step<Real>(lab::convert<Real>(weights), lab::convert<Real>(numbers.input),
                             lab::convert<Real>(numbers.hidden_state), lab::convert<Real>(numbers.cell_state));
    return {lab::convert<double>(step.forget_gate), lab::convert<double>(step.input_gate),
            lab::convert<double>(step.output_gate), lab::convert<double>(step.candidate),
            lab::convert<double>(step.cell_state),  lab::convert<double>(step.hidden_state)};
}

template <class Real>
lab::GruStep<double> computed_gru(const lab::GruWeights<double>& weights, lab::GruConvention convention,
                                  const StepNumbers& numbers) {
    const auto step = lab::gru_step<Real>(lab::convert<Real>(weights), convention, lab::convert<Real>(numbers.input),
                                          lab::convert<Real>(numbers.hidden_state));
    return {lab::convert<double>(step.reset_gate), lab::convert<double>(step.update_gate),
            lab::convert<double>(step.candidate), lab::convert<double>(step.hidden_state)};
}

/// The probe is the same in every precision, so it gets one row.
void add_rows(std::vector<CheckRow>& rows, const std::string& what, const std::string& against,
              const lab::StepCheck& check) {
    rows.push_back({what, against, std::string(check.precision), check.state});
    if (check.precision == "float64") rows.push_back({what + ", gate order probe", against, "float64", check.probe});
}

/// Runs check(Real) in both precisions, in float32 only where the numbers allow it.
template <class Check>
void check_both(std::vector<CheckRow>& rows, const std::string& what, const std::string& against, bool float32_fits,
                Check check) {
    if (float32_fits) add_rows(rows, what, against, check(float{}));
    add_rows(rows, what, against, check(double{}));
}

void require_range(bool fits_double, bool fits_float, bool float32) {
    constexpr const char* beyond = "the step's numbers are too large for {}: a value or a sum of products overflows{}";
    if (!fits_double) throw UsageError(fmt::format(beyond, "float64", "; give smaller numbers"));
    if (!fits_float && float32) throw UsageError(fmt::format(beyond, "float32", "; take --precision float64"));
    if (!fits_float) log::warning(fmt::format(beyond, "float32", ", so the check is made in float64 alone"));
}

double largest_difference(const Vector& a, const Vector& b) {
    double largest = 0;
    for (std::size_t j = 0; j < a.size(); ++j) largest = std::max(largest, std::abs(a[j] - b[j]));
    return largest;
}

/// How far the two conventions' new states lie apart on the user's numbers.
struct ConventionGap {
    double same_weights = 0;         ///< both read the same weights
    double update_gate_negated = 0;  ///< the weights rewritten for the notes' convention
    double reset_gate_open = 0;      ///< that, and r = 1
};

ConventionGap convention_gap(const lab::GruWeights<double>& weights, const StepNumbers& numbers) {
    const auto gap = [&](const lab::GruWeights<double>& torch, const lab::GruWeights<double>& notes) {
        return largest_difference(computed_gru<double>(torch, lab::GruConvention::torch, numbers).hidden_state,
                                  computed_gru<double>(notes, lab::GruConvention::notes, numbers).hidden_state);
    };
    const auto open = lab::with_open_reset_gate(weights);
    return {gap(weights, weights), gap(weights, lab::rewritten_for_notes(weights)),
            gap(open, lab::rewritten_for_notes(open))};
}

const char* convention_title(lab::GruConvention convention) {
    switch (convention) {
        case lab::GruConvention::notes:
            return "The notes' convention: h' = (1-z)∘h + z∘h̃, reset before the product";
        case lab::GruConvention::torch:
            return "PyTorch's convention (Keras's default): h' = (1-z)∘n + z∘h, reset after the product";
        case lab::GruConvention::keras_before:
            return "Keras with reset_after=False: h' = (1-z)∘n + z∘h, reset before the product";
    }
    throw InternalError("unknown GRU convention");
}

}  // namespace

void show_lstm_step(const StepNumbers& numbers, const Output& out) {
    const auto& weights = std::get<lab::LstmWeights<double>>(numbers.weights);
    const Vector &x = numbers.input, &h = numbers.hidden_state, &c = numbers.cell_state;
    const bool fits_float = lab::fits_in<float>(weights, x, h, c);
    require_range(lab::fits_in<double>(weights, x, h, c), fits_float, numbers.float32);

    const auto step =
        numbers.float32 ? computed_lstm<float>(weights, numbers) : computed_lstm<double>(weights, numbers);
    std::vector<CheckRow> checks;
    check_both(checks, "LSTM step", "torch::nn::LSTMCell", fits_float, [&](auto real) {
        using Real = decltype(real);
        return lab::check_lstm_step<Real>(lab::convert<Real>(weights), lab::convert<Real>(x), lab::convert<Real>(h),
                                          lab::convert<Real>(c));
    });

    const auto line = [&](const char* label, const Vector& values) {
        return fmt::format("{}: {}\n", label, vector_line(values, numbers.float32));
    };
    out.print(heading(numbers, "LSTM") + line("Forget Gate Output", step.forget_gate) +
              line("Input Gate Output", step.input_gate) + line("Output Gate Output", step.output_gate) +
              line("New Memory Cell", step.cell_state) + line("New Hidden State", step.hidden_state) + "\n" +
              lstm_meaning + "\nThe same step by torch::nn::LSTMCell, the gates stacked i, f, g, o:\n" +
              check_text(checks));

    auto document = document_head(numbers, "lstm");
    document["weights"] = lab::weights_document(weights);
    document["step"] = {{"forget_gate", step.forget_gate}, {"input_gate", step.input_gate},
                        {"output_gate", step.output_gate}, {"candidate", step.candidate},
                        {"cell_state", step.cell_state},   {"hidden_state", step.hidden_state}};
    document["checks"] = check_json(checks);
    document["verdict"] = verdict(checks);
    out.write_json(with_schema("gates-step", document));
    require_agreement(checks);
}

void show_gru_step(const StepNumbers& numbers, const Output& out) {
    const auto& weights = std::get<lab::GruWeights<double>>(numbers.weights);
    const Vector &x = numbers.input, &h = numbers.hidden_state;
    const bool fits_float = lab::fits_in<float>(weights, x, h);
    require_range(lab::fits_in<double>(weights, x, h), fits_float, numbers.float32);

    std::vector<CheckRow> checks;
    auto conventions = nlohmann::ordered_json::array();
    std::string text = heading(numbers, "GRU");
    for (const auto convention : lab::all_gru_conventions) {
        const auto step = numbers.float32 ? computed_gru<float>(weights, convention, numbers)
                                          : computed_gru<double>(weights, convention, numbers);
        text += fmt::format("{}\n", convention_title(convention));
        const auto line = [&](const char* label, const Vector& values) {
            text += fmt::format("{}: {}\n", label, vector_line(values, numbers.float32));
        };
        line("Reset Gate Output", step.reset_gate);
        line("Update Gate Output", step.update_gate);
        line("Candidate State", step.candidate);
        line("New Hidden State", step.hidden_state);
        text += "\n";

        const std::string name(lab::gru_convention_name(convention));
        check_both(checks, "GRU step, " + name,
                   lab::resets_before(convention) ? "two torch::nn::GRUCell" : "torch::nn::GRUCell", fits_float,
                   [&](auto real) {
                       using Real = decltype(real);
                       return lab::check_gru_step<Real>(lab::convert<Real>(weights), convention, lab::convert<Real>(x),
                                                        lab::convert<Real>(h));
                   });
        conventions.push_back({{"convention", name},
                               {"reset_gate", step.reset_gate},
                               {"update_gate", step.update_gate},
                               {"candidate", step.candidate},
                               {"hidden_state", step.hidden_state}});
    }
    const auto gap = convention_gap(weights, numbers);
    text += fmt::format(
        "{}\n{}On these numbers the notes' and PyTorch's new states lie apart by at most\n"
        "  {:.3e}  read from the same weights\n"
        "  {:.3e}  with the update gate negated for the notes: the place of the reset gate is left\n"
        "  {:.3e}  with the reset gate wide open (r = 1) as well\n",
        gru_meaning, gru_difference, gap.same_weights, gap.update_gate_negated, gap.reset_gate_open);
    out.print(text +
              "\nThe same steps by torch::nn::GRUCell, the gates stacked r, z, n (reset before the product: put\n"
              "together from two cells):\n" +
              check_text(checks));

    auto document = document_head(numbers, "gru");
    document["weights"] = lab::weights_document(weights);
    document["conventions"] = std::move(conventions);
    document["difference_between_notes_and_torch"] = {{"same_weights", gap.same_weights},
                                                      {"update_gate_negated", gap.update_gate_negated},
                                                      {"reset_gate_open", gap.reset_gate_open}};
    document["checks"] = check_json(checks);
    document["verdict"] = verdict(checks);
    out.write_json(with_schema("gates-step", document));
    require_agreement(checks);
}

}  // namespace cellwise::cli
