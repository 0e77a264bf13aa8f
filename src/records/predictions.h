#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
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
    std::string positive_name = "positive";  ///< what the labels are called
    std::string negative_name = "negative";
    std::vector<std::pair<std::string, std::string>> columns = {};  ///< of the table's row that the text stands in

    /// The positive label's name above 0.5, else the negative one's.
    [[nodiscard]] const std::string& label() const { return probability > 0.5 ? positive_name : negative_name; }
    /// unknown / words; 0 for a text without words.
    [[nodiscard]] double unknown_share() const {
        return words == 0 ? 0 : static_cast<double>(unknown) / static_cast<double>(words);
    }
};

/// {"text", "probability", "label", "words", "unknown_words", "unknown_share"}, with "columns" and "explanation" where
/// there are some.
[[nodiscard]] nlohmann::ordered_json prediction_json(const PredictionRecord& record);
[[nodiscard]] nlohmann::ordered_json predictions_json(const std::vector<PredictionRecord>& records);

/// prediction_json's objects, one a line.
[[nodiscard]] std::string predictions_jsonl(const std::vector<PredictionRecord>& records);

/// By RFC 4180: text,probability,label,words,unknown_words,unknown_share; of a table all its columns in place of the
/// text, and where one is called as ours, ours begins with predicted_. Where the records are explained a row
/// for each word instead: review,probability,label,word,kind,contribution (reviews counted from 1; no
/// contribution for a word that is not read).
[[nodiscard]] std::string predictions_csv(const std::vector<PredictionRecord>& records);

}  // namespace cellwise::records
