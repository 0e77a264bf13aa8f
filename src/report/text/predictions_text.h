#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "records/predictions.h"

namespace cellwise::report {

/// A line for each text: probability, label, share of unknown words, the text's beginning. Below it what its
/// words contribute (explanation_text), where that is known.
[[nodiscard]] std::string predictions_text(const std::vector<records::PredictionRecord>& records,
                                           std::size_t top_words = 0, bool coloured = false);

}  // namespace cellwise::report
