#include "report/text/summary_text.h"

#include <fmt/format.h>

#include <cmath>

namespace cellwise::report {

std::string figure(double value, int decimals) {
    return std::abs(value) < 1e9 ? fmt::format("{:.{}f}", value, decimals) : fmt::format("{:.{}e}", value, decimals);
}

std::string spread(const statistics::Summary& summary, int decimals) {
    const auto mean = figure(summary.mean, decimals);
    return summary.standard_deviation ? fmt::format("{} ± {}", mean, figure(*summary.standard_deviation, decimals))
                                      : mean;
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
