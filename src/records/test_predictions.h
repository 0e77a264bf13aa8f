#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "statistics/classification.h"

namespace cellwise::records {

/// What a run's model says of every test review, in the order of the test split (a run folder's
/// predictions.csv). All three are as long.
struct TestPredictions {
    std::vector<double> probabilities;  ///< of a positive review
    std::vector<std::uint8_t> labels;   ///< 1 positive, 0 negative
    std::vector<std::uint32_t> words;   ///< of the whole review, before it is cut

    [[nodiscard]] std::size_t size() const { return labels.size(); }
    [[nodiscard]] statistics::Scores scores() const { return {probabilities, labels}; }
};

/// A header and a line a review: review (its index in the test split), label, words, probability (in
/// as many digits as give the same number back).
[[nodiscard]] std::string predictions_csv(const TestPredictions& predictions);

/// Throws DataError naming `origin` and the line that is wrong.
[[nodiscard]] TestPredictions read_predictions(std::string_view text, std::string_view origin);

}  // namespace cellwise::records
