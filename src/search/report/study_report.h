#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "search/confirmation.h"
#include "search/importance.h"
#include "search/study_settings.h"
#include "search/trial.h"

namespace cellwise::search {

/// All that is told of a study.
struct StudyReport {
    std::string title;   ///< "Study of the LSTM"
    std::string metric;  ///< what the objective is: "accuracy", "roc_auc"
    StudySettings settings;
    std::vector<Trial> trials;  ///< by number
    std::vector<Importance> importances;
    std::optional<Confirmation> confirmation;
};

/// The report of these trials, with the importance of their parameters.
[[nodiscard]] StudyReport report_of(std::string title, std::string metric, StudySettings settings,
                                    std::vector<Trial> trials, std::optional<Confirmation> confirmation);

/// {"trials": [{"number", "values", "objective", "state"}], "best": {"number", "values", "objective"} or null,
/// "confirmed": confirmation_json or null, "importances": [{"name", "share", "low", "high"}]}.
[[nodiscard]] nlohmann::ordered_json study_json(const StudyReport& report);

/// For a terminal of 80 columns: how the best came about, the importance of parameters as bars, the best trials as a
/// table, and the confirmation.
[[nodiscard]] std::string study_text(const StudyReport& report);

// Pictures, as SVG documents. Each is empty where there is nothing to show: no complete trial, or one parameter alone.

/// Every trial's objective and the best so far.
[[nodiscard]] std::string history_svg(const StudyReport& report);
/// Bars with intervals.
[[nodiscard]] std::string importance_svg(const StudyReport& report);
/// The objective by each parameter.
[[nodiscard]] std::string slices_svg(const StudyReport& report);
/// The objective over the two most important parameters that are always active, the others as in the best trial, as
/// a Gaussian process sees it.
[[nodiscard]] std::string contours_svg(const StudyReport& report);
/// A line a trial across an axis a parameter.
[[nodiscard]] std::string parallel_svg(const StudyReport& report);

/// A part of a page, as markup.
struct StudySection {
    std::string id, title, html;
};

/// The sections that have something to show.
[[nodiscard]] std::vector<StudySection> study_sections(const StudyReport& report);
/// report.html of a study: one file that loads nothing and runs no script. `made` says when and by what.
[[nodiscard]] std::string study_html(const StudyReport& report, std::string_view made);

}  // namespace cellwise::search
