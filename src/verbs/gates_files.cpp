#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/charts/heat_map.h"
#include "verbs/gates.h"

namespace cellwise::verbs {
namespace {

using Json = nlohmann::ordered_json;

const char* kind_name(TracedRow::Kind kind) {
    switch (kind) {
        case TracedRow::Kind::padding:
            return "padding";
        case TracedRow::Kind::start:
            return "start";
        case TracedRow::Kind::word:
            return "word";
        case TracedRow::Kind::unknown:
            return "unknown";
        case TracedRow::Kind::left_out:
            break;
    }
    return "not_read";
}

Json row_json(const TracedText& traced, const TracedRow& row) {
    Json document{{"word", row.label}, {"kind", kind_name(row.kind)}};
    if (row.kind == TracedRow::Kind::left_out) return document;
    const auto& step = traced.trace.steps[row.step];
    document["id"] = row.id;
    document["step"] = row.step + 1;
    for (std::size_t gate = 0; gate < step.gates.size(); ++gate) {
        document[std::string(traced.trace.gate_names[gate])] = {{"mean", mean_of(step.gates[gate])},
                                                                {"units", step.gates[gate]}};
    }
    if (!step.candidate.empty()) document["candidate"] = step.candidate;
    if (!step.cell_state.empty()) {
        document["cell_state"] = step.cell_state;
        document["cell_state_norm"] = norm_of(step.cell_state);
    }
    document["hidden_state"] = step.hidden_state;
    document["hidden_state_norm"] = norm_of(step.hidden_state);
    document["probability"] = step.probability;
    document["check"] = {{"largest_difference", step.comparison.largest_difference()},
                         {"tolerance", step.comparison.tolerance()},
                         {"agrees", step.comparison.agrees()}};
    return document;
}

/// The rows that were read.
std::vector<const TracedRow*> read_rows(const TracedText& traced) {
    std::vector<const TracedRow*> rows;
    for (const auto& row : traced.rows) {
        if (row.kind != TracedRow::Kind::left_out) rows.push_back(&row);
    }
    return rows;
}

template <class Value>
report::HeatMapGroup group_of(const TracedText& traced, std::string title, report::ColourScale scale, Value value) {
    report::HeatMapGroup group{std::move(title), scale, {}};
    double largest = 0;
    for (const auto* row : read_rows(traced)) {
        group.values.push_back(value(traced.trace.steps[row->step]));
        largest = std::max(largest, *std::ranges::max_element(group.values.back()));
    }
    if (scale.high <= scale.low) group.scale.high = largest;  // a norm: up to its largest
    return group;
}

}  // namespace

Json traced_json(const TracedText& traced) {
    Json rows = Json::array();
    for (const auto& row : traced.rows) rows.push_back(row_json(traced, row));
    Json document{{"text", traced.text},
                  {"cell", cell_name(traced.trace.cell)},
                  {"layer", traced.layer + 1},
                  {"direction", traced.reverse ? "backward" : "forward"},
                  {"padding", traced.padding},
                  {"words_cut", traced.cut},
                  {"words", rows}};
    if (traced.notes) {
        const auto measure = measure_notes(traced);
        document["notes"] = {
            {"gate", traced.notes->gate}, {"word", traced.notes_word}, {"statement", traced.notes->statement}};
        if (!measure.gate.empty()) {
            document["notes"]["measured"] = {{"gate", measure.gate},
                                             {"at", measure.where},
                                             {"mean", measure.at_word},
                                             {"mean_at_other_words", measure.at_others}};
        }
    }
    return document;
}

std::string traced_svg(const TracedText& traced, bool units) {
    report::HeatMap map;
    map.title = "Gates word by word";
    map.subtitle = traced.model;
    for (const auto* row : read_rows(traced)) {
        map.rows.push_back(row->kind == TracedRow::Kind::unknown ? row->label + " (unknown)" : row->label);
    }
    const report::ColourScale share{0, 1, false}, length{0, 0, false};
    for (std::size_t gate = 0; gate < traced.trace.gate_names.size(); ++gate) {
        map.groups.push_back(group_of(traced, spoken(traced.trace.gate_names[gate]), share, [&](const auto& step) {
            return units ? step.gates[gate] : std::vector{mean_of(step.gates[gate])};
        }));
    }
    if (traced.trace.cell == Cell::lstm) {
        map.groups.push_back(
            group_of(traced, "‖c‖", length, [](const auto& step) { return std::vector{norm_of(step.cell_state)}; }));
    }
    if (traced.trace.gate_names.empty() && units) {
        map.groups.push_back(
            group_of(traced, "hidden state h", {-1, 1, true}, [](const auto& step) { return step.hidden_state; }));
    }
    map.groups.push_back(
        group_of(traced, "‖h‖", length, [](const auto& step) { return std::vector{norm_of(step.hidden_state)}; }));
    map.groups.push_back(
        group_of(traced, "P(positive)", {0, 1, true}, [](const auto& step) { return std::vector{step.probability}; }));
    if (!traced.trace.gate_names.empty()) {
        map.notes.push_back(units ? "Gates: one column a hidden unit." : "Gates: the mean over the hidden units.");
    }
    map.notes.push_back("P(positive): as if the text ended at this word.");
    return heat_map_svg(map);
}

}  // namespace cellwise::verbs
