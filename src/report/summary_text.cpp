#include "report/summary_text.h"

#include <fmt/format.h>

namespace cellwise::report {

std::string spread(const statistics::Summary& summary, int decimals) {
    const auto mean = fmt::format("{:.{}f}", summary.mean, decimals);
    return summary.standard_deviation ? fmt::format("{} ± {:.{}f}", mean, *summary.standard_deviation, decimals) : mean;
}

std::string grouped(std::int64_t number) {
    const auto digits = std::to_string(number);
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
        text += digits[i];
    }
    return text;
}

}  // namespace cellwise::report
