#pragma once

#include <cstdint>
#include <string>

#include "data/reviews/dataset.h"
#include "learning/options.h"
#include "learning/trainer.h"

namespace cellwise::sentiment {

/// A model that knows nothing of word order, on the same ids the recurrent models read: what they
/// must beat to have earned their recurrence.
struct BaselineResult {
    std::string name;  ///< tfidf_logistic_regression, bag_of_embeddings
    std::int64_t parameters = 0;
    records::Metrics train;
    records::Metrics test;
    double seconds = 0;  ///< training and testing
};

/// TF-IDF (tf·(ln((1 + n)/(1 + df)) + 1), rows of length 1: scikit-learn's TfidfVectorizer) and a
/// logistic regression with the penalty ‖w‖²/(2n) (its LogisticRegression's C = 1), fitted to its
/// optimum by LibTorch's L-BFGS. Padding and the start token are left out. It has no randomness.
[[nodiscard]] BaselineResult tfidf_logistic_regression(const data::PaddedReviews& train,
                                                       const data::PaddedReviews& test, std::int64_t vocabulary_size);

/// Embedding → mean over the words (padding left out) → dense(1), trained as the recurrent models are:
/// same optimizer, batches, epochs and seed rule. Throws learning::Diverged if its loss ends as no finite number.
[[nodiscard]] BaselineResult bag_of_embeddings(const data::PaddedReviews& train, const data::PaddedReviews& test,
                                               std::int64_t vocabulary_size, std::int64_t embedding_size,
                                               const learning::TrainingOptions& options, std::uint64_t seed);

}  // namespace cellwise::sentiment
