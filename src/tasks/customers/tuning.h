#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tasks/customers/figures.h"
#include "tasks/customers/fold.h"

namespace cellwise::customers {

/// What a search makes as large as it can: a measure by its name, with its sign turned where smaller is better.
struct TuningMetric {
    Metric measure;
    [[nodiscard]] double sign() const { return measure.larger_is_better ? 1 : -1; }
    /// "roc_auc"; "neg_log_loss" where the sign is turned.
    [[nodiscard]] std::string title() const;
    /// Throws DataError where the measure is undefined on these rows.
    [[nodiscard]] double objective(const Figures& figures) const;
};

/// The measure of that name; an empty name is roc_auc of labels and r2 of numbers. Throws UsageError with the nearest
/// name.
[[nodiscard]] TuningMetric tuning_metric(const std::string& name, bool is_classification);

/// The parameters that are searched where nobody says which, as --search has them. Empty for a kind that has none.
[[nodiscard]] std::vector<std::string> builtin_space(const ModelKind& kind);

/// Throws UsageError, with the nearest name, unless the model takes every one of these parameters. Dashes stand for
/// underscores.
void require_parameters(const ModelKind& kind, std::span<const std::string> names);

/// The parameters with these values set; their names are given as for require_parameters().
[[nodiscard]] Parameters with_values(Parameters parameters,
                                     std::span<const std::pair<std::string, std::string>> values);

/// A model with its parameters.
struct Candidate {
    const ModelKind* kind = nullptr;
    Parameters parameters;
};

/// What a candidate said of a fold's rows that it did not learn from.
struct FoldAnswers {
    Figures figures;
    std::vector<double> answers;  ///< Model::predict's
    double seconds = 0;           ///< to fit and to predict
};

/// The training part of the notes' split, cut into folds that are prepared once. The test part is not looked at.
class TrainingFolds {
public:
    /// seed: of the folds, SMOTE and the models, in place of settings.seed, which keeps its say in the notes' split.
    /// table and target must outlive it. Throws what prepare_fold throws.
    TrainingFolds(const tables::Table& table, const Target& target, const FitSettings& settings, std::int64_t folds,
                  std::uint64_t seed, std::size_t threads);

    [[nodiscard]] std::size_t size() const { return folds_.size(); }
    [[nodiscard]] std::int64_t rows() const { return static_cast<std::int64_t>(part_.rows.size()); }
    /// The fold's rows that are predicted, and what is true of them.
    [[nodiscard]] const std::vector<double>& truth(std::size_t fold) const { return folds_[fold].test_targets; }
    [[nodiscard]] const StopToken& stop() const { return settings_.stop; }
    [[nodiscard]] FoldAnswers fit(const Candidate& candidate, std::size_t fold) const;
    /// Figures of answers to a fold's rows.
    [[nodiscard]] Figures figures(std::span<const double> answers, std::size_t fold, double threshold) const;

private:
    const tables::Table& table_;
    Target part_;
    FitSettings settings_;
    std::vector<tables::Split> splits_;  // of part_'s rows
    std::vector<PreparedFold> folds_;
};

/// What the folds said of a candidate: means over those that were looked at.
struct FoldMeans {
    std::int64_t folds = 0;
    double objective = 0;
    Figures figures;  ///< absent where a fold has none
};

/// Looks at one fold after another. on_fold: told how many are done and the mean objective so far; false: not worth
/// going on, so that the means are of fewer folds. Throws Interrupted after Ctrl-C.
[[nodiscard]] FoldMeans fold_means(const TrainingFolds& folds, const Candidate& candidate, const TuningMetric& metric,
                                   const std::function<bool(std::int64_t, double)>& on_fold);

/// All candidates on all folds, side by side: [candidates, folds]. done: after every fit, from any thread. Throws
/// Interrupted after Ctrl-C.
[[nodiscard]] std::vector<std::vector<FoldAnswers>> answers_over_folds(const TrainingFolds& folds,
                                                                       std::span<const Candidate> candidates,
                                                                       std::size_t threads,
                                                                       const std::function<void()>& done = {});

/// Candidates that learned from the whole training part, on the test part: the one look at it.
struct TestAnswers {
    std::vector<FoldAnswers> candidates;
    std::vector<double> thresholds;  ///< [candidates]
    std::vector<double> truth;
};
[[nodiscard]] TestAnswers answers_on_test(const tables::Table& table, const Target& target, const FitSettings& settings,
                                          std::span<const Candidate> candidates, std::size_t threads);

}  // namespace cellwise::customers
