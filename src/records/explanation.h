#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace cellwise::records {

/// What became of a word on its way into a model.
enum class WordKind {
    start,     ///< the start token before the text
    word,      ///< read
    unknown,   ///< read as the unknown word: beyond the model's vocabulary size
    left_out,  ///< not read: in no vocabulary
    cut,       ///< not read: the model reads only the text's end
};
[[nodiscard]] const char* word_kind_name(WordKind kind);

struct ExplainedWord {
    std::string word;
    WordKind kind = WordKind::word;
    std::optional<double> contribution;  ///< to the log-odds; nothing for a word that is not read
};

/// What each word of a text adds to the log-odds ln(p / (1 − p)) of a positive review.
struct Explanation {
    std::string method;                       ///< "occlusion" or "gradients"
    std::optional<std::int64_t> steps;        ///< of the integral, for gradients
    double log_odds = 0;                      ///< of the text
    std::optional<double> baseline_log_odds;  ///< of padding alone, for gradients
    std::vector<ExplainedWord> words;         ///< in the text's order

    [[nodiscard]] double sum() const;
    /// What the sum misses of log_odds − baseline_log_odds; nothing for occlusion, whose parts need not add up.
    [[nodiscard]] std::optional<double> completeness_error() const;
};

/// {"method", "unit", "log_odds", …, "words": [{"word", "kind", "contribution"}, …]}
[[nodiscard]] nlohmann::ordered_json explanation_json(const Explanation& explanation);

}  // namespace cellwise::records
