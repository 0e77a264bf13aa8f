#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "records/explanation.h"

namespace cellwise::records {

/// What a model says of one text.
struct PredictionRecord {
    std::string text;
    double probability = 0;                  ///< of a positive review
    std::size_t words = 0;                   ///< in the text
    std::size_t unknown = 0;                 ///< of these, not known to the model
    std::optional<Explanation> explanation;  ///< if asked for

    /// "positive" above 0.5, else "negative".
    [[nodiscard]] const char* label() const { return probability > 0.5 ? "positive" : "negative"; }
    /// unknown / words; 0 for a text without words.
    [[nodiscard]] double unknown_share() const {
        return words == 0 ? 0 : static_cast<double>(unknown) / static_cast<double>(words);
    }
};

/// A line for each text: probability, label, share of unknown words, the text's beginning. Below it what its
/// words contribute (explanation_text), where that is known.
[[nodiscard]] std::string predictions_text(const std::vector<PredictionRecord>& records, std::size_t top_words = 0,
                                           bool coloured = false);

/// {"text", "probability", "label", "words", "unknown_words", "unknown_share"}, with "explanation" where there is one.
[[nodiscard]] nlohmann::ordered_json prediction_json(const PredictionRecord& record);
[[nodiscard]] nlohmann::ordered_json predictions_json(const std::vector<PredictionRecord>& records);

/// prediction_json's objects, one a line.
[[nodiscard]] std::string predictions_jsonl(const std::vector<PredictionRecord>& records);

/// By RFC 4180: text,probability,label,words,unknown_words,unknown_share. Where the records are explained a row
/// for each word instead: review,probability,label,word,kind,contribution (reviews counted from 1; no
/// contribution for a word that is not read).
[[nodiscard]] std::string predictions_csv(const std::vector<PredictionRecord>& records);

}  // namespace cellwise::records
