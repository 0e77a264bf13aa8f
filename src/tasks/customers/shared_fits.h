#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/communicator.h"
#include "tasks/customers/figures.h"

namespace cellwise::customers {

/// What one fit gave.
struct FitResult {
    Figures figures;
    double seconds = 0, threshold = 0.5;
    std::vector<double> answers;  ///< Model::predict's, where they are needed
};

/// A fit's result with its place in the list of all.
struct PlacedFit {
    std::size_t place = 0;
    FitResult result;
};

/// The fits of all processes, to the bit, in the order of their ranks. All processes must call it.
[[nodiscard]] std::vector<PlacedFit> exchange_fits(Communicator& processes, std::span<const PlacedFit> own);

}  // namespace cellwise::customers
