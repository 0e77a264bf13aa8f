#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "data/reviews/text_reviews.h"
#include "records/predictions.h"
#include "verbs/explain_request.h"
#include "verbs/model_source.h"

namespace cellwise::verbs {

/// Explains every record. `reviews` are what the model read of their texts; without words (`vocabulary` null)
/// the texts are ids. Warns where an integral is far from complete.
void explain(std::vector<records::PredictionRecord>& records, ModelSource& source, const data::TextReviews& reviews,
             const data::Vocabulary* vocabulary, const torch::Device& device, const ExplainRequest& request);

/// Explains one of them: `text` is what `reviews` have at `index`.
[[nodiscard]] records::Explanation explain_one(const std::string& text, ModelSource& source,
                                               const data::TextReviews& reviews, std::size_t index,
                                               const data::Vocabulary* vocabulary, const torch::Device& device,
                                               const ExplainRequest& request);

}  // namespace cellwise::verbs
