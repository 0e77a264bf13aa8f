#include "verbs/gates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/reviews/read_words.h"

namespace cellwise::verbs {
namespace {

std::string layer_text(const models::Classifier& model, std::size_t layer, int direction) {
    const auto layers = model->options().recurrent_layers();
    std::string text;
    if (layers.size() > 1) text += fmt::format(", layer {} of {}", layer + 1, layers.size());
    if (layers.at(layer).bidirectional) text += direction == 1 ? ", backward" : ", forward";
    return text;
}

}  // namespace

TracedText trace_text(GatesSubject& subject, const std::string& text, const GatesRequest& options,
                      std::string_view where) {
    const auto vocabulary_size = subject.model->options().vocabulary_size;
    const auto words = data::read_words(subject.vocabulary, text, vocabulary_size, where);
    const auto length = static_cast<std::size_t>(subject.length);

    TracedText traced;
    traced.text = text;
    traced.wants_padding = options.with_padding;
    traced.rows.push_back({TracedRow::Kind::start, "(start)", data::start_id});
    for (const auto& word : words) {
        const auto kind = !word.id                       ? TracedRow::Kind::left_out
                          : *word.id == data::unknown_id ? TracedRow::Kind::unknown
                                                         : TracedRow::Kind::word;
        traced.rows.push_back({kind, word.word, word.id.value_or(0)});
    }
    // As in training, the last `length` ids are read, and padding fills up the front.
    const auto is_read = [](const TracedRow& row) { return row.kind != TracedRow::Kind::left_out; };
    auto read = static_cast<std::size_t>(std::ranges::count_if(traced.rows, is_read));
    while (read > length) {
        read -= is_read(traced.rows.front()) ? 1 : 0;
        traced.cut += traced.rows.front().kind != TracedRow::Kind::start ? 1 : 0;
        traced.rows.erase(traced.rows.begin());
    }
    traced.padding = options.with_padding ? length - read : 0;
    std::vector<std::int32_t> ids(traced.padding, data::padding_id);
    for (auto& row : traced.rows) {
        if (!is_read(row)) continue;
        row.step = ids.size();
        ids.push_back(row.id);
    }
    if (traced.padding > 0) {
        // Reading forward the last of the padding is what the text meets; reading backward, the first is the end.
        traced.rows.insert(traced.rows.begin(), {TracedRow::Kind::padding, fmt::format("(padding ×{})", traced.padding),
                                                 data::padding_id, options.direction == 1 ? 0 : traced.padding - 1});
    }
    const auto layers = subject.model->options().recurrent_layers();
    traced.layer = options.layer.value_or(layers.size() - 1);
    traced.reverse = options.direction == 1;
    traced.has_batch_norm = !subject.model->batch_norm.is_empty();
    traced.trace = lab::trace_gates(subject.model, ids, traced.layer, options.direction);
    traced.model = fmt::format("{} of {}{}", cell_title(traced.trace.cell), subject.name,
                               layer_text(subject.model, traced.layer, options.direction));
    return traced;
}

double mean_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

double norm_of(const std::vector<double>& values) {
    double squares = 0;
    for (const double value : values) squares += value * value;
    return std::sqrt(squares);
}

std::string spoken(std::string_view name) {
    std::string text(name);
    std::ranges::replace(text, '_', ' ');
    return text;
}

NotesMeasure measure_notes(const TracedText& traced) {
    NotesMeasure measure;
    std::vector<const TracedRow*> words;
    for (const auto& row : traced.rows) {
        if (row.kind == TracedRow::Kind::word || row.kind == TracedRow::Kind::unknown) words.push_back(&row);
    }
    auto at = std::ranges::find_if(words, [&](const auto* row) { return row->label == traced.notes_word; });
    if (at == words.end()) {
        measure.reason = "the model does not read this word";
        return measure;
    }
    // What keeps a word is the forget gate (a GRU's update gate) at the NEXT word.
    const auto& names = traced.trace.gate_names;
    const bool is_forget = traced.notes->gate == "forget_gate";
    std::string gate(traced.notes->gate);
    if (traced.trace.cell == Cell::gru) gate = is_forget ? "update_gate" : "";
    if (is_forget) ++at;
    const auto index = std::ranges::find(names, gate) - names.begin();
    if (index == static_cast<std::ptrdiff_t>(names.size())) {
        measure.reason = fmt::format("a {} has no such gate", cell_title(traced.trace.cell));
        return measure;
    }
    if (at == words.end()) {
        measure.reason = "no word follows it";
        return measure;
    }
    measure.gate = gate;
    measure.where = (*at)->label;
    double others = 0;
    for (const auto* row : words) {
        const double mean = mean_of(traced.trace.steps[row->step].gates[static_cast<std::size_t>(index)]);
        (row == *at ? measure.at_word : others) += mean;
    }
    measure.at_others = words.size() > 1 ? others / static_cast<double>(words.size() - 1) : std::nan("");
    return measure;
}

}  // namespace cellwise::verbs
