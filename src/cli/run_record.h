#pragma once

#include <cstdint>
#include <vector>

#include "data/dataset.h"
#include "report/comparison.h"
#include "training/configuration.h"
#include "training/run_folder.h"
#include "training/trainer.h"

namespace cellwise::cli {

/// A finished run of one model as the reports take it.
[[nodiscard]] report::RunRecord run_record(const training::Configuration& configuration,
                                           const std::vector<training::EpochResult>& epochs,
                                           const training::RunResult& result);

/// How many words each review has; the start token does not count.
[[nodiscard]] std::vector<std::uint32_t> word_counts(const data::Reviews& reviews);

}  // namespace cellwise::cli
