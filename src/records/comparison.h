#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cell.h"
#include "records/figures.h"
#include "statistics/paired.h"
#include "statistics/summary.h"

namespace cellwise::records {

/// One model trained with one seed.
struct RunRecord {
    Cell cell = Cell::lstm;
    std::uint64_t seed = 0;
    std::int64_t parameters = 0;  ///< trainable, by Keras's count
    std::vector<EpochFigures> epochs;
    double test_accuracy = 0;
    double test_loss = 0;
    std::string engine;           ///< who computed the recurrent layers: "fused" or "torch"
    bool held_out = false;        ///< reviews were held out for validation; else the test split validated
    std::int64_t best_epoch = 0;  ///< whose weights were tested, from 1
    bool early_stopping = false;  ///< whether the end, and the best epoch, were chosen by what validated

    /// Training and evaluation, all epochs.
    [[nodiscard]] double seconds() const;
};

/// A run whose training was given up, because its loss or a gradient was no finite number.
struct DivergedRun {
    Cell cell = Cell::lstm;
    std::uint64_t seed = 0;
    std::string reason;  ///< step, loss, gradient norm and remedies
};

/// "LSTM seed 0: training diverged at step …"; `stack` as for model_title().
[[nodiscard]] std::string diverged_text(const DivergedRun& run, std::string_view stack);

/// One run of a model that knows no word order, beside the cells in the table.
struct BaselineRecord {
    std::string name;
    std::uint64_t seed = 0;
    std::int64_t parameters = 0;
    double test_accuracy = 0;
    double test_loss = 0;
    double seconds = 0;
};

/// Everything a comparison's results are written from.
struct ComparisonRecord {
    nlohmann::ordered_json data;           ///< where the reviews came from; "kind" is "synthetic" for made ones
    nlohmann::ordered_json configuration;  ///< the resolved flags
    std::vector<RunRecord> runs;
    std::vector<DivergedRun> diverged;      ///< have no figures
    std::vector<BaselineRecord> baselines;  ///< runs of one name stand together
    std::vector<std::string> notes;         ///< what else a reader must know
};

/// What its model of this cell is called (core/model_title.h).
[[nodiscard]] std::string model_title(const ComparisonRecord& comparison, Cell cell);

/// One cell over its seeds.
struct CellSummary {
    Cell cell = Cell::lstm;
    std::int64_t parameters = 0;
    statistics::Summary accuracy;
    statistics::Summary loss;
    statistics::Summary seconds;
};

/// Two cells over the seeds that both were run with.
struct CellDifference {
    Cell first = Cell::lstm;  ///< the minuend
    Cell second = Cell::simple_rnn;
    statistics::PairedComparison accuracy;    ///< first − second
    double p_holm = 1;                        ///< the t-test's p, corrected over all pairs of cells
    std::optional<std::size_t> seeds_needed;  ///< to find such a difference at 95%, power 80%; absent if significant
    [[nodiscard]] bool is_significant() const { return p_holm < 0.05; }
};

/// The cells that have runs, in the order of all_cells.
[[nodiscard]] std::vector<CellSummary> summarise_cells(const std::vector<RunRecord>& runs);

/// Every pair of cells with at least two seeds in common: LSTM − RNN, GRU − RNN, GRU − LSTM.
[[nodiscard]] std::vector<CellDifference> compare_cells(const std::vector<RunRecord>& runs);

/// A sentence for each cell of which runs diverged, whose the figures then are, and the comparison's own notes.
[[nodiscard]] std::vector<std::string> notes_of(const ComparisonRecord& comparison);

/// "LSTM − RNN: +0.0212 (95% CI +0.0104 to +0.0320, p = 0.006): significant", or "…: not distinguishable
/// with 5 seeds; about 12 would be needed". The p is Holm's.
[[nodiscard]] std::string verdict(const CellDifference& difference);

/// The document of `compare --json`: data, configuration, runs, summary and, with several seeds,
/// differences; runs that diverged and notes, if there are any. Figures that do not exist (the deviation of one run)
/// are null.
[[nodiscard]] nlohmann::ordered_json comparison_json(const ComparisonRecord& record);

/// An element of that document's "differences", and of its "baselines".
[[nodiscard]] nlohmann::ordered_json difference_json(const CellDifference& difference);
[[nodiscard]] nlohmann::ordered_json baseline_json(const BaselineRecord& baseline);

/// The document of `compare --json` (comparison.json) read back: data, configuration and runs. Throws
/// DataError naming the key that is missing or of the wrong kind.
[[nodiscard]] ComparisonRecord read_comparison(std::string_view text, std::string_view origin);

}  // namespace cellwise::records
