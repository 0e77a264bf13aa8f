#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tasks/customers/model.h"

namespace cellwise::verbs {

/// What each feature adds to one row's prediction, in the prediction's own unit.
struct PredictionParts {
    double base = 0;
    std::vector<double> parts;  ///< [columns]; base + their sum is the prediction
};

/// Brings Shapley values to the scale of the prediction. Those of a probability or a number are taken as they are.
/// Those of log-odds m = base + Σ parts become parts of p = σ(m), or of a class's softmax, by the Aumann–Shapley value
/// along the straight way from the base to the row: part j is ∫₀¹ Σ_c ∂p/∂m_c(base + t (m − base)) part_jc dt. For two
/// classes that is part_j (σ(m) − σ(base)) / (m − base). (Aumann and Shapley, Values of Non-Atomic Games, 1974; as
/// integrated gradients: Sundararajan et al., ICML 2017.)
///
/// unit: "log-odds", "probability" or "value"; output: the one that is explained; each output's values: [columns + 1],
/// the last the base.
[[nodiscard]] PredictionParts prediction_parts(const customers::Contributions& contributions, std::size_t row,
                                               std::size_t output, const std::string& unit);

}  // namespace cellwise::verbs
