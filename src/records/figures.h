#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cellwise::records {

/// Mean loss and share of right answers (probability > 0.5) over some rows.
struct Metrics {
    double loss = 0;
    double accuracy = 0;
};

/// A figure of a task's own: "roc_auc".
struct Figure {
    std::string name;
    double value = 0;
};

/// One epoch: training metrics are running means over the epoch, weighted by rows and taken in
/// training mode before each update, as Keras's fit reports them; validation metrics come after it.
struct EpochFigures {
    std::int64_t epoch = 0;  ///< from 1
    Metrics train;
    Metrics validation;        ///< on rows that were held out, or on the test split where none are
    std::vector<Figure> more;  ///< the task's own
    double learning_rate = 0;  ///< of its last step
    double train_seconds = 0;
    double validation_seconds = 0;
    double unix_time = 0;  ///< when it was done, seconds since 1970
};

/// What a progress display gets to see during an epoch.
struct Progress {
    std::int64_t epoch = 0;  ///< from 1
    std::int64_t epochs = 0;
    std::int64_t step = 0;           ///< batches done in this epoch
    std::int64_t steps = 0;          ///< batches in an epoch
    std::int64_t rows = 0;           ///< rows trained on in this epoch
    double seconds = 0;              ///< spent in this epoch
    std::optional<Metrics> running;  ///< nothing while they are only known on the device
};

/// Which document an epoch stands in: a line of metrics.jsonl, a comparison, a list of runs, the
/// data of a report.
enum class EpochShape { metrics_line, comparison, run_list, report };

/// "validation" where rows are held out, "test" where the test split validates: what validation figures are called.
[[nodiscard]] inline const char* validation_name(bool held_out) { return held_out ? "validation" : "test"; }

/// An epoch as that document has it. `validation`: what validation_name gives.
[[nodiscard]] nlohmann::ordered_json epoch_json(const EpochFigures& epoch, EpochShape shape,
                                                std::string_view validation);

/// An epoch of metrics.jsonl. Throws DataError naming `where` and the key that is missing or wrong.
[[nodiscard]] EpochFigures epoch_of(const nlohmann::json& json, const std::string& where);

}  // namespace cellwise::records
