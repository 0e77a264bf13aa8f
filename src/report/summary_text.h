#pragma once

#include <cstdint>
#include <string>

#include "statistics/summary.h"

namespace cellwise::report {

/// "0.8470", or "0.7757 ± 0.0675" (mean ± standard deviation) over several runs; "2.9e+38" what is as long.
[[nodiscard]] std::string spread(const statistics::Summary& summary, int decimals);

/// 1292417 as "1,292,417".
[[nodiscard]] std::string grouped(std::int64_t number);

}  // namespace cellwise::report
