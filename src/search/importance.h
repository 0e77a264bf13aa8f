#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "search/space.h"
#include "search/trial.h"
#include "statistics/summary.h"

namespace cellwise::search {

/// How much of the objective's variance over the space one parameter explains by itself.
struct Importance {
    std::string name;
    double share = 0;               ///< in [0, 1]: the mean over the forest's trees
    statistics::Interval interval;  ///< the middle 95% of the trees, which differ by their bootstrap samples
};

/// Functional ANOVA on a random forest of 64 trees (Hutter, Hoos and Leyton-Brown, "An efficient approach for assessing
/// hyperparameter importance", ICML 2014), the most important first. The shares do not add up to 1: the rest is in how
/// parameters work together. Complete trials count; where a parameter is not active it stands in its middle. None if
/// fewer than four trials are complete, or all have the same objective.
[[nodiscard]] std::vector<Importance> importances(const Space& space, std::span<const Trial> trials,
                                                  std::uint64_t seed = 0);

/// A point's place in the unit cube, as importances() and the pictures see it.
[[nodiscard]] std::vector<double> unit_place(const Space& space, const Point& point);

}  // namespace cellwise::search
