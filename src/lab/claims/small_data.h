#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "lab/claims/claim.h"
#include "lab/claims/laboratory.h"

namespace cellwise::lab {

// GRU and LSTM trained on few reviews: the experiment of the claims about small training sets.

/// For each seed the GRU's test accuracy minus the LSTM's, the mean over the small training sets; the
/// tutorial's training on all reviews stands in the details.
[[nodiscard]] Measurement gru_minus_lstm_on_small_data(Laboratory& lab, std::span<const std::uint64_t> seeds);

inline constexpr const char* small_data_estimand =
    "test accuracy of the GRU minus that of the LSTM, mean over the small sizes";

/// What is trained, in a sentence or two.
[[nodiscard]] std::string small_data_text(const Sizes& sizes);

}  // namespace cellwise::lab
