#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

namespace cellwise::lab {

/// A vector argument that a std::vector converts to without naming the number type.
template <class Real>
using Values = std::type_identity_t<std::span<const Real>>;

/// A small dense matrix, row after row.
template <class Real>
struct Matrix {
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::vector<Real> values;  ///< [rows, columns]

    Matrix() = default;
    Matrix(std::size_t row_count, std::size_t column_count)
        : rows(row_count), columns(column_count), values(row_count * column_count) {}

    [[nodiscard]] std::span<const Real> row(std::size_t i) const {
        return std::span(values).subspan(i * columns, columns);
    }
    [[nodiscard]] Real& at(std::size_t i, std::size_t j) { return values[i * columns + j]; }
    [[nodiscard]] Real at(std::size_t i, std::size_t j) const { return values[i * columns + j]; }
};

/// The values in another number type, each rounded to nearest.
template <class To, class From>
[[nodiscard]] std::vector<To> convert(const std::vector<From>& values) {
    std::vector<To> result;
    result.reserve(values.size());
    for (const From value : values) result.push_back(static_cast<To>(value));
    return result;
}

template <class To, class From>
[[nodiscard]] Matrix<To> convert(const Matrix<From>& matrix) {
    Matrix<To> result;
    result.rows = matrix.rows;
    result.columns = matrix.columns;
    result.values = convert<To>(matrix.values);
    return result;
}

}  // namespace cellwise::lab
