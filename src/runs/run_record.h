#pragma once

#include <cstdint>
#include <vector>

#include "records/comparison.h"
#include "records/run_result.h"
#include "tasks/sentiment/configuration.h"

namespace cellwise::runs {

/// A finished run of one model as the reports take it. Test figures that it does not have are NaN.
[[nodiscard]] records::RunRecord run_record(const sentiment::Configuration& configuration,
                                            const std::vector<records::EpochFigures>& epochs,
                                            const records::RunResult& result);

}  // namespace cellwise::runs
