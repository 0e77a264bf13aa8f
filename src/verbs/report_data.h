#pragma once

#include <memory>
#include <string>

#include "data/reviews/dataset.h"
#include "report/page/run_report.h"

namespace cellwise::verbs {

/// Gives the input what only the reviews can: the words of the errors, and the predictions of runs that kept
/// none, computed anew by their models. The reviews are looked for at `path`, or if that is empty where the
/// runs found them, then in the usual places; nothing is downloaded. What cannot be given is said in the
/// input's no_words and no_predictions. The input refers to what is returned. Throws DataError if `path` is
/// missing, or the reviews or a model are damaged.
[[nodiscard]] std::shared_ptr<const data::Dataset> add_review_data(report::ReportInput& input, const std::string& path);

}  // namespace cellwise::verbs
