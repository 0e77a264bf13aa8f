#pragma once

#include <torch/types.h>

#include <cstdint>

#include "core/random.h"

namespace cellwise::models {

// Keras's initial values (keras.initializers). Each fills `weight` in place; the numbers come from
// `random` alone, so they do not depend on LibTorch's generator, the device or the thread count.

/// Uniform in [-limit, limit).
void fill_uniform(torch::Tensor weight, double limit, Random& random);

/// Glorot uniform of a Keras kernel [in, out]: limit sqrt(6 / (in + out)). A recurrent layer's kernel
/// is stored with all gates side by side, so `out` counts the units of every gate.
void fill_glorot_uniform(torch::Tensor weight, std::int64_t in, std::int64_t out, Random& random);

/// A random matrix with orthonormal rows or columns, of Keras's shape [units, gates·units]: the Q of a
/// QR decomposition of normal numbers, signs made unique by R's diagonal (Saxe et al. 2013).
/// `weight` is PyTorch's transpose of it, [gates·units, units].
void fill_orthogonal(torch::Tensor weight, Random& random);

}  // namespace cellwise::models
