#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "data/reviews/text_reviews.h"
#include "records/predictions.h"
#include "verbs/model_source.h"

namespace cellwise::verbs {

/// How words are to be explained.
struct ExplainRequest {
    std::string method;       ///< "occlusion", "gradients"; empty: not at all
    std::int64_t steps = 64;  ///< points of the integral of "gradients"
};

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
