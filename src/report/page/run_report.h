#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "records/comparison.h"
#include "records/group_predictions.h"
#include "records/test_predictions.h"

namespace cellwise::report {

/// A word of a review, and its id, by which a model knows it or not.
struct ReviewWord {
    std::string word;
    std::int32_t id = 0;
};

/// A picture that lies in a run folder.
struct Picture {
    std::string title;   ///< what a screen reader says of it
    std::string folder;  ///< where it lies
    std::string svg;     ///< the document
};

/// A finished run as the report takes it.
struct ReportRun {
    std::string folder;
    records::RunRecord record;
    std::map<std::string, std::string> settings;  ///< those that decide the result, by key
    nlohmann::json environment;                   ///< environment.json
    std::string configuration;                    ///< config.toml
    std::string data_kind;                        ///< imdb, synthetic, table; empty if it does not say
    std::string data_sha256;
    std::size_t test_reviews = 0;  ///< 0 if it does not say
    std::int64_t length = 0;       ///< words that the model reads, the last ones
    std::int64_t vocabulary_size = 0;
    std::optional<records::TestPredictions> predictions;
    std::string no_predictions;  ///< why there are none
};

/// Everything that a report is made from.
struct ReportInput {
    std::string made;     ///< when, in words
    std::string version;  ///< of the program
    std::vector<ReportRun> runs;
    std::vector<std::string> notes;  ///< what a reader must know, of runs that are left out
    std::vector<records::BaselineRecord> baselines;
    std::vector<Picture> pictures;
    /// The words of a run's test review, the start token left out.
    std::function<std::vector<ReviewWord>(const ReportRun&, std::size_t review)> words_of;
    std::string no_words;  ///< why words_of is empty, if it is
};

/// Of one epoch, over the runs that came to it.
struct EpochSpread {
    std::int64_t epoch = 0;
    statistics::Summary train_loss, train_accuracy, validation_loss, validation_accuracy;
};

/// The text of one of a group's errors.
struct ErrorText {
    std::vector<ReviewWord> words;  ///< empty if they are not known
    std::size_t unread = 0;         ///< so many of the first ones are cut off before the model reads
};

/// Runs that differ by their seed alone.
struct ReportGroup {
    std::string name;  ///< "LSTM", or "LSTM, clip_norm 1" where other settings are in the report too
    Cell cell = Cell::lstm;
    std::vector<std::size_t> runs;  ///< places in ReportInput::runs
    std::int64_t parameters = 0;
    statistics::Summary accuracy, loss, seconds;
    std::optional<statistics::Interval> accuracy_interval;  ///< of several runs the mean's, of one Wilson's
    std::vector<EpochSpread> epochs;
    std::optional<records::GroupPredictions> predictions;  ///< if all its runs have theirs
    std::string no_predictions;                            ///< else why not
    std::vector<ErrorText> error_texts;                    ///< of predictions' errors
};

/// The figures of a report.
struct RunReport {
    std::string title;
    std::vector<std::string> notes;  ///< what a reader must know to take the figures for what they are
    std::vector<ReportGroup> groups;
    std::vector<std::optional<records::RunPredictions>> runs;  ///< of ReportInput::runs
    std::vector<records::CellDifference> differences;          ///< between cells, where all runs share their settings
    std::map<std::string, std::string> shared_settings;        ///< the same in all runs
};

/// Computes them. Throws UsageError if a run stands in it twice, InternalError for no runs.
[[nodiscard]] RunReport make_report(const ReportInput& input);

/// The document of `cellwise report --json`, schema cellwise.report/1.
[[nodiscard]] nlohmann::ordered_json report_json(const ReportInput& input, const RunReport& report);

/// One HTML file that loads nothing: styles, scripts, charts and pictures are in it.
[[nodiscard]] std::string report_html(const ReportInput& input, const RunReport& report);

/// How report_html's documents can be told from others: they hold this text.
[[nodiscard]] std::string report_marker();

}  // namespace cellwise::report
