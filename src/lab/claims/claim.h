#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "data/reviews/dataset.h"
#include "lab/claims/verdict.h"

namespace cellwise::lab {

class Laboratory;
struct Sizes;

/// A number beside the claim's own, once for each seed, for the reader.
struct Detail {
    std::string name;
    std::vector<double> values;
};

/// What an experiment gives.
struct Measurement {
    std::vector<double> values;   ///< one for each seed: what the verdict is made from
    std::vector<Detail> details;  ///< what stands behind them
    /// Not empty: why the experiment cannot judge the claim here (the reference did not learn, say). The
    /// verdict is then undecided, whatever the values.
    std::string unfit;
    /// Positive: the values are of the folds of repeated cross-validation, and this is a fold's tested rows by its
    /// trained rows. They are then judged by the corrected resampled t.
    double test_over_train = 0;
};

/// What a family of claims is about. Each family's verdicts are judged together.
enum class Family { reviews, customers };

/// One statement of the tutorial and the experiment that it is put to. Everything but the data is settled
/// before the measurement: what is measured, from when on it counts, and the set-up.
struct Claim {
    std::string name;       ///< lower case with dashes
    std::string statement;  ///< in the tutorial's sense
    std::string estimand;   ///< the number measured for each seed
    std::string unit;
    Rule rule;  ///< the values with which the statement is true
    Scale scale = Scale::difference;
    std::int64_t seeds = 8;  ///< of a full run
    bool on_reviews = true;  ///< uses the data set found, so on IMDB it speaks of IMDB
    Family family = Family::reviews;
    std::string meant = {};  ///< of customers: the table that the statement speaks of, as people call it
    /// Of customers: the table that was found. Its kind is the file's name, or "synthetic".
    std::function<data::Source()> table = {};
    /// The set-up in a sentence or two, with these sizes.
    std::function<std::string(const Sizes&)> set_up;
    std::function<Measurement(Laboratory&, std::span<const std::uint64_t> seeds)> measure;
};

}  // namespace cellwise::lab
