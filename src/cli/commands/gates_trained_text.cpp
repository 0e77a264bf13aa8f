#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/commands/gates_trained.h"
#include "core/display_width.h"
#include "report/charts/colour_scale.h"
#include "report/text/table.h"

namespace cellwise::cli {
namespace {

using verbs::TracedRow;
using verbs::TracedText;
using Align = report::Table::Align;
using Kind = TracedRow::Kind;

constexpr report::ColourScale gate_scale{0, 1, false}, probability_scale{0, 1, true};

std::string cell_text(double value, const report::ColourScale& scale, bool coloured) {
    const auto text = fmt::format(" {:.3f} ", value);
    return coloured ? report::painted(text, scale.colour(value)) : text;
}

std::string label_of(const TracedRow& row) {
    return row.kind == Kind::unknown    ? row.label + " (unknown)"
           : row.kind == Kind::left_out ? row.label + " (not read)"
                                        : row.label;
}

/// What a SimpleRNN has instead of gates: how far its state moved, and how many units are near their ends.
struct StateMotion {
    double change = 0, saturated = 0;
};

StateMotion motion_of(const TracedText& traced, std::size_t step) {
    const auto& steps = traced.trace.steps;
    const auto& now = steps[step].hidden_state;
    const bool first = traced.reverse ? step + 1 == steps.size() : step == 0;
    std::vector<double> difference = now;
    if (!first) {
        const auto& before = steps[traced.reverse ? step + 1 : step - 1].hidden_state;
        for (std::size_t j = 0; j < now.size(); ++j) difference[j] -= before[j];
    }
    const auto near = std::ranges::count_if(now, [](double value) { return std::abs(value) > 0.9; });
    return {verbs::norm_of(difference), static_cast<double>(near) / static_cast<double>(now.size())};
}

report::Table table_of(const TracedText& traced) {
    std::vector<report::Table::Column> columns{{"word", Align::left}};
    for (const auto name : traced.trace.gate_names) {
        columns.push_back({std::string(name.substr(0, name.find('_'))) + " "});
    }
    if (traced.trace.cell == Cell::lstm) columns.push_back({"‖c‖"});
    columns.push_back({"‖h‖"});
    if (traced.trace.gate_names.empty()) {
        columns.push_back({"change of h"});
        columns.push_back({"|h| > 0.9"});
    }
    columns.push_back({"P(positive)"});
    columns.push_back({"|hand − model|"});
    return report::Table(columns);
}

void add_row(report::Table& table, const TracedText& traced, const TracedRow& row, bool coloured) {
    std::vector<std::string> cells{label_of(row)};
    if (row.kind == Kind::left_out) {
        const std::size_t columns = 4 + traced.trace.gate_names.size() + (traced.trace.cell == Cell::lstm ? 1 : 0) +
                                    (traced.trace.gate_names.empty() ? 2 : 0);
        cells.resize(columns);
        table.add_row(std::move(cells));
        return;
    }
    const auto& step = traced.trace.steps[row.step];
    for (const auto& gate : step.gates) cells.push_back(cell_text(verbs::mean_of(gate), gate_scale, coloured));
    if (traced.trace.cell == Cell::lstm) cells.push_back(fmt::format("{:.3f}", verbs::norm_of(step.cell_state)));
    cells.push_back(fmt::format("{:.3f}", verbs::norm_of(step.hidden_state)));
    if (traced.trace.gate_names.empty()) {
        const auto motion = motion_of(traced, row.step);
        cells.push_back(fmt::format("{:.3f}", motion.change));
        cells.push_back(fmt::format("{:.0f}%", 100 * motion.saturated));
    }
    cells.push_back(cell_text(step.probability, probability_scale, coloured));
    cells.push_back(
        fmt::format("{:.1e}{}", step.comparison.largest_difference(), step.comparison.agrees() ? "" : " DIFFERS"));
    table.add_row(std::move(cells));
}

std::string units_text(const TracedText& traced, bool coloured) {
    constexpr std::size_t units_a_line = 16;
    std::string text;
    for (std::size_t gate = 0; gate < traced.trace.gate_names.size(); ++gate) {
        text += fmt::format("{}, unit by unit\n", verbs::spoken(traced.trace.gate_names[gate]));
        std::size_t width = 0;
        for (const auto& row : traced.rows) width = std::max(width, display_width(label_of(row)));
        for (const auto& row : traced.rows) {
            if (row.kind == Kind::left_out) continue;
            const auto& values = traced.trace.steps[row.step].gates[gate];
            const auto label = label_of(row);
            for (std::size_t j = 0; j < values.size(); ++j) {
                if (j % units_a_line == 0) {
                    const auto head = j == 0 ? label : std::string();
                    text += (j == 0 ? "" : "\n") + head + std::string(width - display_width(head) + 1, ' ');
                }
                const auto number = fmt::format(" {:.2f}", values[j]);
                text += coloured ? report::painted(number, gate_scale.colour(values[j])) : number;
            }
            text += "\n";
        }
        text += "\n";
    }
    return text;
}

std::string how_text(const TracedText& traced) {
    std::string text = traced.padding > 0
                           ? fmt::format("As in training, {} steps of padding stand before the text.", traced.padding)
                           : "Without padding: the network starts from an empty state.";
    if (traced.cut > 0) text += fmt::format(" The first {} words are cut off, as in training.", traced.cut);
    if (std::ranges::any_of(traced.rows, [](const auto& row) { return row.kind == Kind::left_out; })) {
        text += " Words outside the vocabulary are not read.";
    }
    text += traced.trace.gate_names.empty()
                ? "\nA SimpleRNN has no gates: each word overwrites the state, h = tanh(Wx + Uh + b)."
                : "\nGates: the mean over the units.";
    text += traced.trace.has_probability_check
                ? fmt::format("\nP(positive): the dense layer on h at this word{}, as if the text ended there.",
                              traced.has_batch_norm ? ", through batch norm with its running statistics" : "")
                : "\nP(positive): the whole model on the text up to this word.";
    return text + "\n";
}

std::string notes_text(const TracedText& traced) {
    if (!traced.notes) return "";
    const auto measure = measure_notes(traced);
    std::string text = fmt::format("The notes, of \"{}\": {}.\n", traced.notes_word, traced.notes->statement);
    if (measure.gate.empty()) return text + "This run: " + measure.reason + ".\n";
    return text + fmt::format("This run: mean {} at \"{}\" {:.3f}, at the other words {:.3f}: {}.\n",
                              verbs::spoken(measure.gate), measure.where, measure.at_word, measure.at_others,
                              measure.at_word > measure.at_others ? "higher" : "not higher");
}

}  // namespace

std::string traced_text(const verbs::TracedText& traced, bool coloured, bool units) {
    auto table = table_of(traced);
    for (const auto& row : traced.rows) add_row(table, traced, row, coloured);
    return fmt::format("\"{}\" through the {}\n{}{}{}{}", traced.text, traced.model, table.text(), how_text(traced),
                       notes_text(traced), units ? "\n" + units_text(traced, coloured) : "");
}

}  // namespace cellwise::cli
