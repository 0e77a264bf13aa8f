#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/model_source.h"
#include "data/text_reviews.h"
#include "report/predictions.h"

namespace CLI {
class App;
}

namespace cellwise::cli {

/// The flags of `predict --explain`.
struct ExplainFlags {
    std::string method;  ///< --explain: "occlusion", "gradients"; empty: none
    std::int64_t steps = 64;
    std::int64_t top_words = 10;

    /// Adds --explain, --steps and --top-words.
    void add_to(CLI::App& command);
    [[nodiscard]] bool wanted() const { return !method.empty(); }
    /// Throws UsageError naming the flag.
    void validate() const;

    /// Explains every record. `reviews` are what the model read of their texts; without words (`vocabulary` null)
    /// the texts are ids. Warns where an integral is far from complete.
    void explain(std::vector<report::PredictionRecord>& records, ModelSource& source, const data::TextReviews& reviews,
                 const data::Vocabulary* vocabulary, const torch::Device& device) const;

    /// Explains one of them: `text` is what `reviews` have at `index`.
    [[nodiscard]] report::Explanation explain_one(const std::string& text, ModelSource& source,
                                                  const data::TextReviews& reviews, std::size_t index,
                                                  const data::Vocabulary* vocabulary,
                                                  const torch::Device& device) const;
};

}  // namespace cellwise::cli
