#pragma once

#include <vector>

#include "lab/gate_weights.h"

namespace cellwise::lab {

/// Whether a step on these numbers can be computed in Real at all: every value and every sum of
/// products stays below half of Real's largest number.
template <class Real>
[[nodiscard]] bool fits_in(const LstmWeights<double>& weights, Values<double> input, Values<double> hidden_state,
                           Values<double> cell_state);
template <class Real>
[[nodiscard]] bool fits_in(const GruWeights<double>& weights, Values<double> input, Values<double> hidden_state);

extern template bool fits_in<float>(const LstmWeights<double>&, Values<double>, Values<double>, Values<double>);
extern template bool fits_in<double>(const LstmWeights<double>&, Values<double>, Values<double>, Values<double>);
extern template bool fits_in<float>(const GruWeights<double>&, Values<double>, Values<double>);
extern template bool fits_in<double>(const GruWeights<double>&, Values<double>, Values<double>);

}  // namespace cellwise::lab
