#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/reviews/load_data.h"
#include "data/reviews/text_table.h"

namespace cellwise::data {

/// The built-in corpus: made-up reviews of neutral English words among which cue words, all positive
/// or all negative ones in one review, say the label. How far the cues stand from the end is how long
/// a recurrent network has to remember them.
struct SyntheticOptions {
    std::uint64_t seed = 0;
    std::int64_t train_reviews = 2000;
    std::int64_t test_reviews = 1000;
    std::int64_t min_length = 30;  ///< words
    std::int64_t max_length = 90;
    std::int64_t cue_words = 6;  ///< in each review
    /// Each cue has at least and at most so many words after it (both the same with one cue: a fixed
    /// distance). Drawn uniformly, no two cues in one place.
    std::int64_t min_cue_distance = 0;
    std::int64_t max_cue_distance = 24;
    double label_noise = 0;  ///< the share of labels turned round, in train and test, 0 to 1

    /// Throws UsageError naming the flag.
    void validate() const;
};

struct SyntheticTexts {
    std::vector<LabelledText> train;
    std::vector<LabelledText> test;
};

/// The same options give the same texts, everywhere. Positive and negative reviews alternate by chance.
[[nodiscard]] SyntheticTexts synthetic_texts(const SyntheticOptions& options);

/// The texts as ids; words ranked by their count in train.
[[nodiscard]] Prepared synthetic_corpus(const SyntheticOptions& options);

}  // namespace cellwise::data
