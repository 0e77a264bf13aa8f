#include "cli/commands/runs_differences_text.h"

#include <fmt/format.h>

#include "report/text/table.h"

namespace cellwise::cli {

std::string runs_differences_text(const std::vector<runs::RunsDifference>& differences) {
    if (differences.empty()) return "";
    using Align = report::Table::Align;
    report::Table table({{"paired difference of test accuracy", Align::left},
                         {"seeds"},
                         {"mean ± deviation"},
                         {"95% CI"},
                         {"p (t)"},
                         {"p (Holm)"},
                         {"p (sign flips)"}});
    for (const auto& difference : differences) {
        const auto& paired = difference.accuracy;
        table.add_row(
            {fmt::format("{} − {}", difference.first, difference.second), fmt::format("{}", paired.difference.count),
             fmt::format("{:+.4f} ± {:.4f}", paired.difference.mean, *paired.difference.standard_deviation),
             fmt::format("{:+.4f} to {:+.4f}", paired.difference.interval->low, paired.difference.interval->high),
             fmt::format("{:.2g}", *paired.p_value), fmt::format("{:.2g}", difference.p_holm),
             fmt::format("{:.3g}", paired.sign_flip.p_value)});
    }
    return table.text() + "Paired by seed; kinds of runs that differ in cell and settings at once are not compared.\n";
}

}  // namespace cellwise::cli
