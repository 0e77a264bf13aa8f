#pragma once

#include <string>
#include <vector>

#include "lab/claims/claim.h"

namespace cellwise::lab {

// Each in a file of its own; the parts of a claim whose verdicts can differ are claims of their own.
[[nodiscard]] std::vector<Claim> lstm_beats_rnn();
[[nodiscard]] std::vector<Claim> gru_close_to_lstm();
[[nodiscard]] std::vector<Claim> gru_on_small_data();
[[nodiscard]] std::vector<Claim> lstm_on_long_sequences();
[[nodiscard]] std::vector<Claim> vanishing_gradients();
[[nodiscard]] std::vector<Claim> early_words_fade();
[[nodiscard]] std::vector<Claim> exploding_gradients();
[[nodiscard]] std::vector<Claim> l2_penalty_claims();
[[nodiscard]] std::vector<Claim> batch_norm_claims();
[[nodiscard]] std::vector<Claim> batch_norm_position();
[[nodiscard]] std::vector<Claim> inference_claims();
[[nodiscard]] std::vector<Claim> l2_with_batch_norm();

/// Every claim, in the tutorial's order.
[[nodiscard]] const std::vector<Claim>& all_claims();

/// The claims that a name stands for: the claim of that name, or all whose names begin with it and a dash
/// ("gru", "batch-norm"). No names: every claim. In the tutorial's order, none twice. Throws UsageError for
/// a name that stands for none, with those that come near it.
[[nodiscard]] std::vector<Claim> select_claims(const std::vector<std::string>& names);

}  // namespace cellwise::lab
