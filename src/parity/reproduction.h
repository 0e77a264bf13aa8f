#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/cell.h"
#include "records/comparison.h"
#include "statistics/summary.h"
#include "statistics/two_samples.h"

namespace cellwise::parity {

/// One training of the tutorial by Keras, as it was recorded.
struct ReferenceRun {
    Cell cell = Cell::lstm;
    std::uint64_t seed = 0;
    double clip_norm = 0;  ///< 0: none
    std::string backend;   ///< what Keras computed with: "jax", "tensorflow", …
    std::vector<records::EpochFigures> epochs;
};

/// Reads recorded runs, a JSON object a line: {"kind": "rnn", "seed": 0, "clip": 0, "backend": "jax",
/// "hist": {"accuracy": […], "loss": […], "val_accuracy": […], "val_loss": […]}}, other keys left aside.
/// `origin` names the file. Throws DataError with line and key.
[[nodiscard]] std::vector<ReferenceRun> read_reference_runs(std::string_view text, std::string_view origin);

/// Throws DataError unless the comparison trained the tutorial's models on real reviews: everything but
/// seeds, cells and clip_norm must be the tutorial's.
void require_tutorial(const records::ComparisonRecord& comparison, std::string_view origin);

/// The runs of one program over their seeds after one epoch.
struct EpochSummary {
    std::int64_t epoch = 0;
    statistics::Summary train_accuracy;
    statistics::Summary train_loss;
    statistics::Summary test_accuracy;
    statistics::Summary test_loss;
};

/// One cell with one clipping, by us and by Keras on one backend. The tests are of the test accuracy
/// after the last epoch that both have.
struct Agreement {
    Cell cell = Cell::lstm;
    double clip_norm = 0;
    std::string backend;
    std::vector<EpochSummary> ours;
    std::vector<EpochSummary> reference;
    statistics::WelchTest welch;  ///< of ours − reference
    double p_holm = 1;            ///< welch's p, corrected over all cells and clippings of this backend
    statistics::EquivalenceTest equivalence;
    [[nodiscard]] bool differs() const { return p_holm < 0.05; }
};

/// Every cell and clipping that both sides have with two runs or more, by clipping, cell and backend.
[[nodiscard]] std::vector<Agreement> compare_with_reference(const std::vector<records::ComparisonRecord>& comparisons,
                                                            const std::vector<ReferenceRun>& reference, double margin);

/// "equivalent within ±0.02", "differs" or "undecided": neither shown to differ nor to be equivalent.
[[nodiscard]] std::string verdict(const Agreement& agreement);

enum class TableStyle { text, markdown };

/// Two tables for each clipping: accuracy and loss by epoch, and the tests after the last one.
[[nodiscard]] std::string reproduction_tables(const std::vector<Agreement>& agreements, TableStyle style);

/// {"margin", "agreements": [{"cell", "clip_norm", "backend", "epochs", "welch", "equivalence", …}]}.
[[nodiscard]] nlohmann::ordered_json reproduction_json(const std::vector<Agreement>& agreements);

}  // namespace cellwise::parity
