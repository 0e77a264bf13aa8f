#pragma once

#include <cstdint>
#include <filesystem>

#include "tasks/customers/kept_run.h"
#include "tasks/customers/tuning.h"

namespace cellwise::customers {

/// Keeps the trials of a study as run folders, STUDY/trial-0007. The model of such a folder learned from the whole
/// training part, as `customers train` with the same parameters does it, to the same bits. The figures are the means
/// over the trial's folds: the test part is not looked at. From several threads at once.
class TrialRuns {
public:
    /// Prepares the training part. table and target must outlive this. Throws what prepare_fold throws.
    TrialRuns(const tables::Table& table, const Target& target, const FitSettings& settings, TableSource source,
              std::filesystem::path study);

    /// Fits the model and writes the folder. A trial that was ended early gets no model, so its run is an interrupted
    /// one. What a program that was killed left of the folder is replaced. Throws what the fit throws, Interrupted
    /// after Ctrl-C, EnvironmentError if the folder cannot be written.
    void keep(std::int64_t trial, const Candidate& candidate, const FoldMeans& means, bool is_complete) const;

    /// "trial-0007"
    [[nodiscard]] static std::string name_of(std::int64_t trial);

private:
    const tables::Table& table_;
    const Target& target_;
    FitSettings settings_;
    TableSource source_;
    std::filesystem::path study_;
    tables::Split split_;  ///< of target_.rows: the training part, and nothing to test on
    PreparedFold fold_;
};

}  // namespace cellwise::customers
