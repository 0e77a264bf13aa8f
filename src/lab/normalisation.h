#pragma once

#include <cstddef>
#include <vector>

#include "lab/matrix.h"

namespace cellwise::lab {

/// Values [batch, channels, positions]: one position a channel after a linear layer, height · width
/// after a convolution.
struct BatchShape {
    std::size_t batch = 0, channels = 0, positions = 0;

    [[nodiscard]] std::size_t size() const { return batch * channels * positions; }
    /// How many values a channel's mean is taken over.
    [[nodiscard]] std::size_t per_channel() const { return batch * positions; }
    [[nodiscard]] std::size_t index(std::size_t b, std::size_t channel, std::size_t position) const {
        return (b * channels + channel) * positions + position;
    }
};

/// One mean and one (biased) variance a channel, [channels].
template <class Real>
struct ChannelStatistics {
    std::vector<Real> mean, variance;
};

/// A batch normalisation layer; every vector is [channels]. Defaults are torch's.
template <class Real>
struct BatchNormLayer {
    std::vector<Real> scale, shift;  ///< γ and β
    ChannelStatistics<Real> running;
    double epsilon = 1e-5;
    double momentum = 0.1;  ///< the new batch's share in the running statistics
};

/// μ and σ² of each channel over batch and positions (Ioffe and Szegedy 2015, algorithm 1).
template <class Real>
[[nodiscard]] ChannelStatistics<Real> channel_statistics(Values<Real> values, const BatchShape& shape);

/// x̂ = (x − μ) / √(σ² + ε), shaped as the values.
template <class Real>
[[nodiscard]] std::vector<Real> normalised(Values<Real> values, const BatchShape& shape,
                                           const ChannelStatistics<Real>& statistics, double epsilon);

/// max(0, γ·x̂ + β), shaped as x̂.
template <class Real>
[[nodiscard]] std::vector<Real> scaled_and_rectified(Values<Real> normalised_values, const BatchShape& shape,
                                                     const BatchNormLayer<Real>& layer);

/// Moves the running statistics towards the batch's by torch's rule: the variance joins unbiased, that
/// is times n / (n − 1). n must be at least 2, else InternalError.
template <class Real>
void update_running_statistics(BatchNormLayer<Real>& layer, const ChannelStatistics<Real>& statistics,
                               const BatchShape& shape);

/// How far two honest computations of the statistics can lie apart, [channels].
template <class Real>
[[nodiscard]] ChannelStatistics<double> statistics_difference_bounds(Values<Real> values, const BatchShape& shape,
                                                                     const ChannelStatistics<Real>& statistics);

/// How far two honest computations of the layer's output can lie apart when the statistics used may
/// differ by `incoming`; shaped as the values. torch computes γ/s·x + (β − γ/s·μ), whose rounding goes by
/// the sizes of x and μ themselves.
template <class Real>
[[nodiscard]] std::vector<double> output_difference_bounds(Values<Real> values, const BatchShape& shape,
                                                           const ChannelStatistics<Real>& statistics,
                                                           const ChannelStatistics<double>& incoming,
                                                           const BatchNormLayer<Real>& layer);

}  // namespace cellwise::lab
