#pragma once

#include <cstddef>
#include <vector>

namespace cellwise::lab {

/// One number for each time step and row of a batch, such as ‖∂L/∂h_t‖ of each review.
struct StepNorms {
    std::size_t steps = 0;
    std::size_t rows = 0;
    std::vector<double> values;  ///< [steps, rows]

    [[nodiscard]] double at(std::size_t step, std::size_t row) const { return values[step * rows + row]; }
};

}  // namespace cellwise::lab
