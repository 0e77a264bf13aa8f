#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runs/thread_shares.h"
#include "runs/train_runs.h"
#include "search/study.h"

namespace cellwise::verbs {

/// What --search calls a setting: "hidden-size"; "cell" for cells.
[[nodiscard]] std::string searched_name(const std::string& key);

/// What a search over reviews' settings makes as large as it can, on the held-out training reviews: accuracy, or the
/// loss with its sign turned.
enum class ReviewMetric { accuracy, neg_loss };
/// "accuracy" or "loss"; empty is accuracy. Throws UsageError.
[[nodiscard]] ReviewMetric review_metric(const std::string& name);
[[nodiscard]] std::string title_of(ReviewMetric metric);

/// The space that is searched where nobody says which, as --search has it.
[[nodiscard]] std::vector<std::string> builtin_review_space(Cell cell);

/// The settings with a trial's values. Names are those of flags. Throws UsageError for a name that is none or cannot be
/// searched, for a value that is none, and for values that do not go together.
[[nodiscard]] sentiment::Configuration with_values(const sentiment::Configuration& configuration,
                                                   const search::Values& values);

/// Throws UsageError, with the nearest name, unless every parameter is a setting that can be searched, and takes the
/// values at the ends of its range.
void require_searchable(const search::Space& space, const sentiment::Configuration& configuration);

/// Trials that are run folders, as `train` writes them: STUDY/trial-0007. They learn from the training reviews but the
/// held-out ones, by which they are judged. The test reviews are not looked at before on_test().
class ReviewTrials {
public:
    /// data: of these settings. trials: how many will be told of, where that is known. processes: they share the
    /// trials; each runs its own alone. The observer and the processes must outlive this.
    ReviewTrials(sentiment::Configuration configuration, std::shared_ptr<const sentiment::PreparedData> data,
                 std::filesystem::path study, ReviewMetric metric, std::size_t jobs, std::optional<std::int64_t> trials,
                 const distributed::ProcessGroup& processes, runs::RunObserver& observer, StopToken stop);

    /// Trains one trial, or takes it from its folder, or goes on with it. Called by side_by_side(), at most once
    /// for each of its runs. Throws Interrupted once all is saved.
    [[nodiscard]] search::Outcome tried(const search::AskedTrial& trial, search::TrialProgress& progress);

    /// Calls run(0) … run(count − 1), `jobs` at once, which share the threads. Once all train or have trained, those
    /// that still do have the threads of those that have ended.
    void side_by_side(std::size_t count, const std::function<void(std::size_t)>& run);

    /// On the test reviews: default settings ([0]) and a trial's ([1]), trained with each seed. [2][seeds]; nothing,
    /// with a notice, if one of them diverges.
    [[nodiscard]] std::optional<std::vector<std::vector<double>>> on_test(const search::AskedTrial& best,
                                                                          std::span<const std::uint64_t> seeds,
                                                                          runs::RunObserver& observer);

    /// A line on standard error that stays.
    void say(const std::string& line) { observer_.said(line); }
    [[nodiscard]] const sentiment::Configuration& configuration() const { return configuration_; }

    [[nodiscard]] std::filesystem::path folder_of(std::int64_t trial) const;

private:
    using DataKey = std::pair<std::int64_t, std::int64_t>;  // vocabulary size, length
    [[nodiscard]] static DataKey key_of(const sentiment::Configuration& configuration);
    [[nodiscard]] std::shared_ptr<const sentiment::PreparedData> data_of(const sentiment::Configuration& configuration);

    sentiment::Configuration configuration_;
    std::filesystem::path study_;
    ReviewMetric metric_;
    std::size_t jobs_;
    const distributed::ProcessGroup& processes_;
    std::int64_t threads_;
    std::optional<runs::ThreadShares> shares_;  // of the runs that are side by side now
    std::size_t titles_;
    runs::RunObserver& observer_;
    StopToken stop_;
    std::mutex mutex_;                                                                          // of prepared_
    std::vector<std::pair<DataKey, std::shared_ptr<const sentiment::PreparedData>>> prepared_;  // the latest last
};

}  // namespace cellwise::verbs
