#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/reviews/vocabulary.h"
#include "lab/film_model.h"
#include "lab/gate_trace.h"
#include "models/classifier.h"
#include "verbs/gates_request.h"

namespace cellwise::verbs {

/// One line of the table: what stands in the text, and the step that read it.
struct TracedRow {
    enum class Kind { padding, start, word, unknown, left_out };
    Kind kind = Kind::word;
    std::string label;
    std::int32_t id = 0;
    std::size_t step = 0;  ///< in GateTrace::steps; none for a word left out
};

/// One text through one model.
struct TracedText {
    std::string model;  ///< "LSTM of runs/lstm, layer 1 of 2, forward"
    std::string text;
    bool wants_padding = true;  ///< as in training; else the text meets an empty state
    std::size_t padding = 0;    ///< steps of padding before the text
    std::size_t cut = 0;        ///< words cut off at the front, as in training
    std::vector<TracedRow> rows;
    lab::GateTrace trace;
    std::size_t layer = 0;
    bool reverse = false, has_batch_norm = false;
    std::optional<lab::GateSentence> notes;  ///< the notes' sentence that this is, or its translation
    std::string notes_word;                  ///< what they say the gate acts on, as the model reads it
};

/// A model to look into, in float64, with what a text needs to be read by it.
struct GatesSubject {
    models::Classifier model{nullptr};
    data::Vocabulary vocabulary;
    std::int64_t length = 0;
    std::string name;
    bool is_korean = false;
};

/// Reads the text step by step, layer and direction as the options say. Throws UsageError beginning with `where` for a
/// text that cannot be read (data/read_words.h), UsageError for a layer or direction that the model has not.
[[nodiscard]] TracedText trace_text(GatesSubject& subject, const std::string& text, const GatesRequest& options,
                                    std::string_view where);

/// What the notes say of a sentence beside what the gate did in this run.
struct NotesMeasure {
    std::string gate;      ///< the gate measured; empty: none could be
    std::string reason;    ///< why not
    std::string where;     ///< the word at which it is measured
    double at_word = 0;    ///< mean over the units there
    double at_others = 0;  ///< mean over the text's other words
};
[[nodiscard]] NotesMeasure measure_notes(const TracedText& traced);

[[nodiscard]] double mean_of(const std::vector<double>& values);
[[nodiscard]] double norm_of(const std::vector<double>& values);
/// "forget gate" of forget_gate.
[[nodiscard]] std::string spoken(std::string_view name);

[[nodiscard]] nlohmann::ordered_json traced_json(const TracedText& traced);
/// Words by gates as a heat map; `units`: a column for each unit.
[[nodiscard]] std::string traced_svg(const TracedText& traced, bool units);

}  // namespace cellwise::verbs
