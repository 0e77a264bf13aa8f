#include "cli/predict_explanation.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/log.h"
#include "data/read_words.h"
#include "lab/attribution.h"

namespace cellwise::cli {
namespace {

using report::ExplainedWord;
using report::WordKind;

WordKind kind_of_id(std::int32_t id) {
    return id == data::start_id ? WordKind::start : id == data::unknown_id ? WordKind::unknown : WordKind::word;
}

/// The words behind the text with what becomes of them; `read`: how many of the ids the model reads.
std::vector<ExplainedWord> words_of_text(const std::string& text, const data::Vocabulary& vocabulary,
                                         std::int64_t vocabulary_size, std::size_t length, std::size_t& read) {
    std::vector<ExplainedWord> words{{"(start)", WordKind::start, {}}};
    for (auto& word : data::words_as_read(vocabulary, text, vocabulary_size)) {
        words.push_back({std::move(word.word), word.id ? kind_of_id(*word.id) : WordKind::left_out, {}});
    }
    const auto ids = static_cast<std::size_t>(
        std::ranges::count_if(words, [](const auto& word) { return word.kind != WordKind::left_out; }));
    read = std::min(ids, length);
    std::size_t to_cut = ids - read;
    for (auto& word : words) {
        if (to_cut == 0) break;
        if (word.kind == WordKind::left_out) continue;
        word.kind = WordKind::cut;
        --to_cut;
    }
    return words;
}

/// Of a review given as ids those that are read.
std::vector<ExplainedWord> words_of_ids(std::span<const std::int32_t> ids) {
    std::vector<ExplainedWord> words;
    for (const auto id : ids) words.push_back({fmt::format("{}", id), kind_of_id(id), {}});
    return words;
}

bool is_read(const ExplainedWord& word) { return word.kind != WordKind::left_out && word.kind != WordKind::cut; }

bool is_incomplete(const report::Explanation& explanation) {
    const auto error = explanation.completeness_error();
    return error && std::abs(*error) > 0.01 + 0.01 * std::abs(explanation.log_odds - *explanation.baseline_log_odds);
}

}  // namespace

void ExplainFlags::add_to(CLI::App& command) {
    command
        .add_option("--explain", method,
                    "what each word adds to the log-odds: occlusion (what they lose when the word is hidden) or "
                    "gradients (integrated gradients from padding)")
        ->check(CLI::IsMember({"occlusion", "gradients"}));
    command.add_option("--steps", steps, "points of the integral of --explain gradients")->capture_default_str();
    command.add_option("--top-words", top_words, "words in the table of --explain")->capture_default_str();
}

void ExplainFlags::validate() const {
    if (steps < 1 || steps > 10000) throw UsageError(fmt::format("--steps is {}: it must be 1 to 10000", steps));
    if (top_words < 0) throw UsageError(fmt::format("--top-words is {}: it must be 0 or more", top_words));
}

report::Explanation ExplainFlags::explain_one(const std::string& text, ModelSource& source,
                                              const data::TextReviews& reviews, std::size_t index,
                                              const data::Vocabulary* vocabulary, const torch::Device& device) const {
    const auto row = reviews.padded.row(index);
    std::size_t read = std::min(reviews.counts[index].words, row.size());
    auto words = vocabulary != nullptr
                     ? words_of_text(text, *vocabulary, source.configuration.model.vocabulary_size, row.size(), read)
                     : words_of_ids(row.last(read));
    const auto found = method == "gradients" ? lab::integrated_gradients(source.model, row, read, steps, device)
                                             : lab::occlusion(source.model, row, read, device);
    auto contribution = found.contributions.begin();
    for (auto& word : words) {
        if (is_read(word)) word.contribution = *contribution++;
    }
    report::Explanation explanation{method, {}, found.log_odds, {}, std::move(words)};
    if (method == "gradients") {
        explanation.steps = steps;
        explanation.baseline_log_odds = found.baseline_log_odds;
    }
    return explanation;
}

void ExplainFlags::explain(std::vector<report::PredictionRecord>& records, ModelSource& source,
                           const data::TextReviews& reviews, const data::Vocabulary* vocabulary,
                           const torch::Device& device) const {
    if (records.size() > 500) {
        log::notice(fmt::format("explaining {} texts: each takes about as long as {} predictions", records.size(),
                                method == "gradients" ? 3 * steps : source.configuration.length));
    }
    std::size_t incomplete = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
        auto& record = records[i];
        record.explanation = explain_one(record.text, source, reviews, i, vocabulary, device);
        incomplete += is_incomplete(*record.explanation) ? 1 : 0;
    }
    if (incomplete > 0) {
        log::warning(
            fmt::format("of {} of {} texts the contributions miss more than 1% of the difference they explain: "
                        "give more --steps than {}",
                        incomplete, records.size(), steps));
    }
}

}  // namespace cellwise::cli
