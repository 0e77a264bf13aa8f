#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "learning/options.h"
#include "models/options.h"
#include "parity/golden_case.h"

namespace cellwise::parity {

/// How far one quantity of a case lies from Keras's.
struct Difference {
    std::string quantity;           ///< probability, loss, gradient lstm.kernel, after 5 steps lstm.kernel, …
    double largest_absolute = 0;    ///< max |ours − Keras|
    double largest_relative = 0;    ///< max |ours − Keras| / |Keras| where Keras's is not 0; of variables after
                                    ///< steps ‖ours − Keras‖₂ / ‖Keras − initial‖₂
    double share_of_tolerance = 0;  ///< up to 1 passes; not a number if ours is not
    [[nodiscard]] bool passes() const { return share_of_tolerance <= 1; }
};

/// Who computes the recurrent layers of a replay: `wanted`, or torch where the precision or the machine
/// leaves no choice.
[[nodiscard]] models::Engine engine_in_force(const GoldenCase& golden, models::Engine wanted,
                                             learning::Precision precision, torch::Device device = torch::kCPU);

/// Trains the case's model from its initial variables on its batches and compares every quantity.
///
/// Probabilities, loss, gradients and inference pass elementwise at |d| <= 2e-5 + 1e-4·|Keras|; variables
/// after steps by the error of their movement, ‖ours − Keras‖₂ <= 5e-4·‖Keras − initial‖₂ + 1e-6·√n for
/// each tensor: elementwise would be wrong there, since Adam turns the rounding of a gradient near zero
/// into a visible step. In bfloat16 all three are a hundred times as large.
///
/// On a device other than the CPU torch computes, whatever `engine` is.
[[nodiscard]] std::vector<Difference> replay(const GoldenCase& golden, models::Engine engine,
                                             learning::Precision precision, torch::Device device = torch::kCPU);

}  // namespace cellwise::parity
