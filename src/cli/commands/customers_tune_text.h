#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "search/report/study_report.h"
#include "statistics/summary.h"
#include "tasks/customers/tuning.h"

namespace cellwise::cli {

/// The default and the best parameters on the test part, which the search never saw.
struct TestedOnce {
    std::string metric;  ///< roc_auc of two labels, else the search's own
    double default_value = 0, best_value = 0;
    double difference = 0;
    std::optional<statistics::Interval> interval;  ///< DeLong's, of two labels
    std::optional<double> p;
    std::string verdict;  ///< "better", "worse", "not distinguishable"; empty without p
    std::int64_t rows = 0;
};

/// metric: of the search. target has the labels, [default, best] the answers.
[[nodiscard]] TestedOnce tested_once(const customers::TestAnswers& answers, const customers::TuningMetric& metric,
                                     const customers::Target& target);

[[nodiscard]] nlohmann::ordered_json tested_json(const TestedOnce& tested);
/// Two lines, each of at most 80 columns.
[[nodiscard]] std::string tested_text(const TestedOnce& tested);

}  // namespace cellwise::cli
