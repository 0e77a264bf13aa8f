#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "lab/state_comparison.h"

namespace cellwise::lab {

/// The tutorial's nn.GRU(10, 20, 1, batch_first=True) on x [5, 3, 10] and h0 [1, 5, 20], run by torch
/// and by the hand-written step, and the shapes that torch's tensors have.
struct GruShapeRun {
    std::string_view precision;  ///< float32 or float64
    std::vector<std::int64_t> input_shape, initial_shape;
    std::vector<std::int64_t> output_shape, final_shape;
    /// The hand-written loop over batch and time against torch's output and final state. The bounds of
    /// each step take in the differences that the steps before it may have left.
    StateComparison comparison;
};

/// x and h0 are standard normal and the weights uniform in ±1/√20, torch's own rule, all from `seed`.
template <class Real>
[[nodiscard]] GruShapeRun run_gru_shape_example(std::uint64_t seed);

extern template GruShapeRun run_gru_shape_example<float>(std::uint64_t);
extern template GruShapeRun run_gru_shape_example<double>(std::uint64_t);

}  // namespace cellwise::lab
