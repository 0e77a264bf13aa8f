#include "verbs/review_explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "core/log.h"
#include "data/reviews/read_words.h"
#include "lab/attribution.h"

namespace cellwise::verbs {
namespace {

using records::ExplainedWord;
using records::WordKind;

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

bool is_incomplete(const records::Explanation& explanation) {
    const auto error = explanation.completeness_error();
    return error && std::abs(*error) > 0.01 + 0.01 * std::abs(explanation.log_odds - *explanation.baseline_log_odds);
}

}  // namespace

records::Explanation explain_one(const std::string& text, ModelSource& source, const data::TextReviews& reviews,
                                 std::size_t index, const data::Vocabulary* vocabulary, const torch::Device& device,
                                 const ExplainRequest& request) {
    const auto row = reviews.padded.row(index);
    std::size_t read = std::min(reviews.counts[index].words, row.size());
    auto words = vocabulary != nullptr
                     ? words_of_text(text, *vocabulary, source.configuration.model.vocabulary_size, row.size(), read)
                     : words_of_ids(row.last(read));
    const auto found = request.method == "gradients"
                           ? lab::integrated_gradients(source.model, row, read, request.steps, device)
                           : lab::occlusion(source.model, row, read, device);
    auto contribution = found.contributions.begin();
    for (auto& word : words) {
        if (is_read(word)) word.contribution = *contribution++;
    }
    records::Explanation explanation{request.method, {}, found.log_odds, {}, std::move(words)};
    if (request.method == "gradients") {
        explanation.steps = request.steps;
        explanation.baseline_log_odds = found.baseline_log_odds;
    }
    return explanation;
}

void explain(std::vector<records::PredictionRecord>& records, ModelSource& source, const data::TextReviews& reviews,
             const data::Vocabulary* vocabulary, const torch::Device& device, const ExplainRequest& request) {
    if (records.size() > 500) {
        log::notice(fmt::format("explaining {} texts: each takes about as long as {} predictions", records.size(),
                                request.method == "gradients" ? 3 * request.steps : source.configuration.length));
    }
    std::size_t incomplete = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
        auto& record = records[i];
        record.explanation = explain_one(record.text, source, reviews, i, vocabulary, device, request);
        incomplete += is_incomplete(*record.explanation) ? 1 : 0;
    }
    if (incomplete > 0) {
        log::warning(
            fmt::format("of {} of {} texts the contributions miss more than 1% of the difference they explain: "
                        "give more --steps than {}",
                        incomplete, records.size(), request.steps));
    }
}

}  // namespace cellwise::verbs
