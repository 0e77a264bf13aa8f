#pragma once

#include <string_view>
#include <vector>

#include "models/classifier.h"

namespace cellwise::lab {

/// The recurrent matrix of one gate, [hidden, hidden].
struct GateSpectrum {
    std::string_view gate;                      ///< forget_gate, …; recurrent for a SimpleRNN
    std::vector<double> eigenvalue_magnitudes;  ///< |λ|, descending
    double largest_singular_value = 0;          ///< how much one product can lengthen a vector

    /// The largest |λ|: what repeated products grow or shrink by in the long run.
    [[nodiscard]] double spectral_radius() const { return eigenvalue_magnitudes.front(); }
};

/// The spectra of a layer's gates in PyTorch's order (LSTM i, f, g, o; GRU r, z, n), computed in float64.
/// layer from 0; direction 0 forward, 1 backward. Throws DataError if a weight is not finite.
[[nodiscard]] std::vector<GateSpectrum> recurrent_spectrum(const models::Classifier& model, std::size_t layer = 0,
                                                           int direction = 0);

/// Multiplies every gate's recurrent matrix, in every layer and direction, so that its spectral radius
/// becomes `radius`. Throws UsageError if one has the radius 0 and so cannot be scaled.
void scale_spectral_radius(models::Classifier& model, double radius);

}  // namespace cellwise::lab
