#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "lab/state_comparison.h"

namespace cellwise::lab {

/// One of the tutorial's examples of batch normalisation, run by torch and by hand.
struct NormalisationRun {
    std::string_view precision;  ///< float32 or float64
    std::vector<std::int64_t> input_shape, output_shape;

    // Of the last training batch, [channels]: what enters the normalisation, what leaves it before γ and
    // β, and the running statistics after all training batches.
    std::vector<double> mean, variance, normalised_mean, normalised_variance, running_mean, running_variance;

    /// The largest difference between the same batch's output in training and at inference.
    double inference_difference = 0;

    StateComparison training;    ///< the output, every training batch
    StateComparison statistics;  ///< running mean and variance after all training batches
    StateComparison inference;   ///< the output with the running statistics
};

/// How many training batches each example runs before inference.
inline constexpr int training_batches = 5;

/// Linear(10, 20) → BatchNorm1d(20) → ReLU on standard normal x [batch, 10]. γ and β are drawn at random,
/// so that they show; all numbers come from `seed`. batch ≥ 2.
template <class Real>
[[nodiscard]] NormalisationRun run_linear_example(std::uint64_t seed, std::int64_t batch);

/// Conv2d(3, 16, 3, padding=1) → BatchNorm2d(16) → ReLU on standard normal x [batch, 3, 8, 8].
template <class Real>
[[nodiscard]] NormalisationRun run_convolution_example(std::uint64_t seed, std::int64_t batch);

/// The tutorial's SGD(lr=0.01, weight_decay=0.01) on Linear(10, 1) with the mean squared error: one step.
/// Vectors are [11], the ten weights and then the bias, since the optimizer decays both.
struct WeightDecayRun {
    std::string_view precision;
    std::vector<double> before, gradient, after;

    StateComparison gradient_check;  ///< the gradient by hand and by autograd
    StateComparison step_check;      ///< the step by hand and by torch::optim::SGD

    // The factor 2, all by torch: a penalty in the loss with plain SGD, against SGD's weight_decay.
    StateComparison full_penalty_double_decay;  ///< λ‖W‖² is weight_decay = 2λ
    StateComparison half_penalty_decay;         ///< λ/2·‖W‖² is weight_decay = λ
    double full_penalty_decay_difference = 0;   ///< λ‖W‖² against weight_decay = λ, the largest difference
    double predicted_difference = 0;            ///< what theory says of it: learning_rate·λ·max|W|
};

template <class Real>
[[nodiscard]] WeightDecayRun run_weight_decay_example(std::uint64_t seed, std::int64_t batch, double learning_rate,
                                                      double weight_decay);

}  // namespace cellwise::lab
