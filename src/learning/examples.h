#pragma once

#include <torch/types.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace cellwise::learning {

/// What keeps the ids [rows, length] and the labels [rows] of many rows each in one piece, as padded reviews do.
template <class Rows>
concept KeepsExamples = requires(const Rows& rows) {
    { rows.ids } -> std::convertible_to<std::span<const std::int32_t>>;
    { rows.length } -> std::convertible_to<std::size_t>;
    { rows.labels } -> std::convertible_to<std::span<const std::uint8_t>>;
};

/// Rows to train or to test on, as views of memory that must outlive them. Nothing writes through them.
struct Examples {
    torch::Tensor inputs;  ///< [rows, time] int32
    torch::Tensor labels;  ///< [rows] uint8: 0 or 1

    Examples(std::span<const std::int32_t> ids, std::size_t length, std::span<const std::uint8_t> labels);

    template <KeepsExamples Rows>
    Examples(const Rows& rows) : Examples(rows.ids, rows.length, rows.labels) {}  // implicit: it is no more than a view

    [[nodiscard]] std::int64_t rows() const { return labels.size(0); }
};

}  // namespace cellwise::learning
