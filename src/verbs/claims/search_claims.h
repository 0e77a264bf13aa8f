#pragma once

#include <vector>

#include "lab/claims/claim.h"
#include "tasks/sentiment/configuration.h"

namespace cellwise::verbs {

/// The statements about searches for settings: tuning beats the default settings (of the LSTM on reviews), and Bayesian
/// search beats random search after 25, 50 and 100 trials (on functions of known minimum). configuration: where the
/// reviews lie, how they are read, and the threads. Nothing is read before a claim is measured.
[[nodiscard]] std::vector<lab::Claim> search_claims(const sentiment::Configuration& configuration);

}  // namespace cellwise::verbs
