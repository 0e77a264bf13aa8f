#include "report/summary_text.h"

#include <fmt/format.h>

namespace cellwise::report {

std::string spread(const statistics::Summary& summary, int decimals) {
    const auto mean = fmt::format("{:.{}f}", summary.mean, decimals);
    return summary.standard_deviation ? fmt::format("{} ± {:.{}f}", mean, *summary.standard_deviation, decimals) : mean;
}

}  // namespace cellwise::report
