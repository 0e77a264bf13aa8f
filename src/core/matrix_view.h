#pragma once

#include <cstddef>
#include <span>

namespace cellwise {

/// Rows of features that somebody else keeps, row by row; NaN is a missing value.
struct MatrixView {
    std::span<const double> values;  ///< [rows, columns]
    std::size_t rows = 0, columns = 0;

    [[nodiscard]] double at(std::size_t row, std::size_t column) const { return values[row * columns + column]; }
    [[nodiscard]] MatrixView row(std::size_t index) const {
        return {values.subspan(index * columns, columns), 1, columns};
    }
};

}  // namespace cellwise
