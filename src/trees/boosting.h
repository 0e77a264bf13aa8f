#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "trees/tree_model.h"

namespace cellwise::trees {

// Gradient-boosted trees by two libraries that are opened when they are first asked for. Both learn on one thread, so
// that a fit gives the same bits wherever it runs; fits stand side by side instead.

/// The library can be opened; where not, `reason` says why and what to do.
struct Availability {
    bool is_there = false;
    std::string reason;
    std::string version;
    std::string path;
};
[[nodiscard]] const Availability& xgboost_availability();
[[nodiscard]] const Availability& lightgbm_availability();

/// XGBoost (Chen and Guestrin, KDD 2016). Parameters by its names; "rounds" or "n_estimators" is 100 unless given.
/// Throws EnvironmentError if the library is not there, UsageError for a parameter that is none or has a wrong value.
[[nodiscard]] std::unique_ptr<TreeModel> train_xgboost(const TrainingData& data, const Parameters& parameters,
                                                       std::uint64_t seed);

/// The names that train_xgboost takes.
[[nodiscard]] std::vector<std::string> xgboost_parameters();

/// Reads a model that XGBoost itself wrote, here or elsewhere, in its JSON or UBJSON format. Throws DataError naming
/// `origin`, also for an objective that tells neither numbers nor classes' probabilities; EnvironmentError as above.
[[nodiscard]] std::unique_ptr<TreeModel> load_xgboost(std::string_view bytes, const std::string& origin);

/// LightGBM (Ke et al., NIPS 2017). Parameters by its names, "rounds" or "n_estimators" as above. Throws likewise.
[[nodiscard]] std::unique_ptr<TreeModel> train_lightgbm(const TrainingData& data, const Parameters& parameters,
                                                        std::uint64_t seed);

/// The names that train_lightgbm takes.
[[nodiscard]] std::vector<std::string> lightgbm_parameters();

/// Reads a model text that LightGBM itself wrote. Throws likewise.
[[nodiscard]] std::unique_ptr<TreeModel> load_lightgbm(std::string_view bytes, const std::string& origin);

}  // namespace cellwise::trees
