#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "report/page/run_report.h"

namespace cellwise::report {

// The sections of report.html, as markup. Each is empty, or says why it has nothing, where there is
// nothing to show.

/// The place of a group's colour and marker among the six, by its cell where cells tell the groups apart.
[[nodiscard]] std::size_t series_of(const RunReport& report, std::size_t group);

/// "0.8690 to 0.8773"; "–" if there is none.
[[nodiscard]] std::string interval_text(const std::optional<statistics::Interval>& interval, int decimals = 4);

/// A place for one of page.js's charts.
[[nodiscard]] std::string chart_figure(std::string_view id, std::string_view title, std::string_view description,
                                       std::string_view alternative);

/// One card a group: its accuracy, and what else matters most.
[[nodiscard]] std::string cards_html(const RunReport& report);
/// The table of the groups, and the paired differences.
[[nodiscard]] std::string results_html(const ReportInput& input, const RunReport& report);
/// Every run on its own.
[[nodiscard]] std::string runs_html(const ReportInput& input, const RunReport& report);

[[nodiscard]] std::string discrimination_html(const RunReport& report);
[[nodiscard]] std::string calibration_html(const RunReport& report);
[[nodiscard]] std::string confusion_html(const RunReport& report);
[[nodiscard]] std::string lengths_html(const ReportInput& input, const RunReport& report);
[[nodiscard]] std::string errors_html(const ReportInput& input, const RunReport& report);

}  // namespace cellwise::report
