#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "data/reviews/dataset.h"
#include "lab/claims/experiment.h"

namespace cellwise::lab {

/// How large the experiments are. full() is the tutorial's size on all reviews; quick() is for a look.
struct Sizes {
    bool quick = false;
    std::int64_t vocabulary_size = 10000;
    std::int64_t embedding_size = 128;
    std::int64_t hidden_size = 64;
    std::int64_t length = 200;      ///< words, where an experiment is not about it
    std::int64_t most_reviews = 0;  ///< in each split; 0 = no limit

    [[nodiscard]] static Sizes full() { return {}; }
    [[nodiscard]] static Sizes quick_look() { return {true, 5000, 32, 32, 80, 2000}; }

    /// `full_size`, or the other in a quick look.
    [[nodiscard]] std::int64_t pick(std::int64_t full_size, std::int64_t quick_size) const {
        return quick ? quick_size : full_size;
    }
    /// At most this many reviews of `count`; 0 stands for all.
    [[nodiscard]] std::int64_t reviews(std::int64_t count) const;
};

/// Where experiments are run: holds the data set, trains side by side, and never trains the same thing
/// twice. Outcomes are kept as small files in a folder, so that another run (or the next claim) finds them.
class Laboratory {
public:
    struct Options {
        Sizes sizes;
        data::DataOptions data;
        models::Engine engine = models::Engine::automatic;
        std::int64_t threads = 0;  ///< trainings side by side, one thread each; 0: all processors
        /// Kept between runs; if empty, a temporary folder, removed at the end.
        std::filesystem::path folder;
    };

    explicit Laboratory(Options options);
    Laboratory(const Laboratory&) = delete;
    Laboratory& operator=(const Laboratory&) = delete;
    ~Laboratory();

    [[nodiscard]] const Sizes& sizes() const { return options_.sizes; }
    [[nodiscard]] const std::filesystem::path& folder() const { return options_.folder; }
    [[nodiscard]] models::Engine engine() const { return options_.engine; }

    /// The data set, loaded when first asked for. Throws what data::load_dataset throws.
    [[nodiscard]] const data::Dataset& dataset();

    /// The tutorial's training of a cell at these sizes: all reviews, its length, epochs and optimizer.
    [[nodiscard]] TrainingSpec tutorial(Cell cell, std::uint64_t seed) const;

    /// The outcomes in the order of the specs: those not known yet are trained side by side.
    [[nodiscard]] std::vector<TrainingOutcome> train(const std::vector<TrainingSpec>& specs);

    /// One outcome for each seed of the spec that `spec_of` gives for it.
    [[nodiscard]] std::vector<TrainingOutcome> train_each(std::span<const std::uint64_t> seeds,
                                                          const std::function<TrainingSpec(std::uint64_t)>& spec_of);

    /// A split of the data set as this choice has it; kept while the laboratory lives.
    [[nodiscard]] const data::PaddedReviews& padded(const ReviewChoice& choice, bool test);

    /// Calls work(0) … work(count − 1) side by side, one thread each.
    void side_by_side(std::size_t count, const std::function<void(std::size_t)>& work) const;

private:
    [[nodiscard]] std::filesystem::path outcome_file(const TrainingSpec& spec);
    [[nodiscard]] std::optional<TrainingOutcome> known(const TrainingSpec& spec);
    [[nodiscard]] TrainingOutcome train_one(const TrainingSpec& spec);

    Options options_;
    std::int64_t threads_;
    bool owns_folder_ = false;
    std::optional<data::Dataset> dataset_;
    std::map<std::string, data::PaddedReviews> padded_;
    std::map<std::string, TrainingOutcome> outcomes_;  // by key
    std::mutex mutex_;
};

}  // namespace cellwise::lab
