#pragma once

#include <cstdint>
#include <string>

#include "statistics/summary.h"

namespace cellwise::report {

/// "0.8470"; from 1e9 on with an exponent, "2.7116e+38".
[[nodiscard]] std::string figure(double value, int decimals);

/// A figure, or "0.7757 ± 0.0675" (mean ± standard deviation) over several runs.
[[nodiscard]] std::string spread(const statistics::Summary& summary, int decimals);

/// 1292417 as "1,292,417".
[[nodiscard]] std::string grouped(std::int64_t number);

}  // namespace cellwise::report
