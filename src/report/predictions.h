#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace cellwise::report {

/// What a model says of one text.
struct PredictionRecord {
    std::string text;
    double probability = 0;   ///< of a positive review
    std::size_t words = 0;    ///< in the text
    std::size_t unknown = 0;  ///< of these, not known to the model

    /// "positive" above 0.5, else "negative".
    [[nodiscard]] const char* label() const { return probability > 0.5 ? "positive" : "negative"; }
    /// unknown / words; 0 for a text without words.
    [[nodiscard]] double unknown_share() const {
        return words == 0 ? 0 : static_cast<double>(unknown) / static_cast<double>(words);
    }
};

/// A line for each text: probability, label, share of unknown words, the text's beginning.
[[nodiscard]] std::string predictions_text(const std::vector<PredictionRecord>& records);

/// [{"text", "probability", "label", "words", "unknown_words", "unknown_share"}, …]
[[nodiscard]] nlohmann::ordered_json predictions_json(const std::vector<PredictionRecord>& records);

}  // namespace cellwise::report
