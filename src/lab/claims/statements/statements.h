#pragma once

#include <vector>

#include "lab/claims/claim.h"
#include "lab/claims/laboratory.h"

namespace cellwise::lab {

// One family of claims in each file of this folder: their statements, what is measured for each, and the rules of their
// verdicts. What several families share, their experiments, lies in the folder above. In the tutorial's order:
[[nodiscard]] std::vector<Claim> cell_accuracy_claims();
[[nodiscard]] std::vector<Claim> cell_cost_claims();
[[nodiscard]] std::vector<Claim> small_data_claims();
[[nodiscard]] std::vector<Claim> long_sequences_claims();
[[nodiscard]] std::vector<Claim> vanishing_gradients_claims();
[[nodiscard]] std::vector<Claim> early_words_claims();
[[nodiscard]] std::vector<Claim> exploding_gradients_claims();
[[nodiscard]] std::vector<Claim> clipping_claims();
[[nodiscard]] std::vector<Claim> weight_penalty_claims();
[[nodiscard]] std::vector<Claim> batch_norm_claims();
[[nodiscard]] std::vector<Claim> inference_claims();
[[nodiscard]] std::vector<Claim> penalty_with_batch_norm_claims();

}  // namespace cellwise::lab
