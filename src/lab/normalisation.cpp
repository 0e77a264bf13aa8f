#include "lab/normalisation.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace cellwise::lab {
namespace {

/// Calls visit(channel, index) for every value.
template <class Visit>
void for_each_value(const BatchShape& shape, Visit visit) {
    for (std::size_t b = 0; b < shape.batch; ++b) {
        for (std::size_t channel = 0; channel < shape.channels; ++channel) {
            for (std::size_t position = 0; position < shape.positions; ++position) {
                visit(channel, shape.index(b, channel, position));
            }
        }
    }
}

/// The mean of term(channel, index) over each channel.
template <class Real, class Term>
std::vector<Real> channel_mean(const BatchShape& shape, Term term) {
    std::vector<Real> sums(shape.channels);
    for_each_value(shape, [&](std::size_t channel, std::size_t index) { sums[channel] += term(channel, index); });
    for (Real& sum : sums) sum /= static_cast<Real>(shape.per_channel());
    return sums;
}

}  // namespace

template <class Real>
ChannelStatistics<Real> channel_statistics(Values<Real> values, const BatchShape& shape) {
    ChannelStatistics<Real> statistics;
    statistics.mean = channel_mean<Real>(shape, [&](std::size_t, std::size_t index) { return values[index]; });
    statistics.variance = channel_mean<Real>(shape, [&](std::size_t channel, std::size_t index) {
        const Real deviation = values[index] - statistics.mean[channel];
        return deviation * deviation;
    });
    return statistics;
}

template <class Real>
std::vector<Real> normalised(Values<Real> values, const BatchShape& shape, const ChannelStatistics<Real>& statistics,
                             double epsilon) {
    std::vector<Real> result(shape.size());
    for_each_value(shape, [&](std::size_t channel, std::size_t index) {
        result[index] = (values[index] - statistics.mean[channel]) /
                        std::sqrt(statistics.variance[channel] + static_cast<Real>(epsilon));
    });
    return result;
}

template <class Real>
std::vector<Real> scaled_and_rectified(Values<Real> normalised_values, const BatchShape& shape,
                                       const BatchNormLayer<Real>& layer) {
    std::vector<Real> result(shape.size());
    for_each_value(shape, [&](std::size_t channel, std::size_t index) {
        result[index] = std::max(Real(0), layer.scale[channel] * normalised_values[index] + layer.shift[channel]);
    });
    return result;
}

template <class Real>
void update_running_statistics(BatchNormLayer<Real>& layer, const ChannelStatistics<Real>& statistics,
                               const BatchShape& shape) {
    if (shape.per_channel() < 2) throw InternalError("batch statistics need two values a channel at least");
    const auto count = static_cast<Real>(shape.per_channel());
    const auto share = static_cast<Real>(layer.momentum);
    for (std::size_t channel = 0; channel < shape.channels; ++channel) {
        const Real unbiased = statistics.variance[channel] * (count / (count - 1));
        auto& mean = layer.running.mean[channel];
        auto& variance = layer.running.variance[channel];
        mean = (1 - share) * mean + share * statistics.mean[channel];
        variance = (1 - share) * variance + share * unbiased;
    }
}

template <class Real>
ChannelStatistics<double> statistics_difference_bounds(Values<Real> values, const BatchShape& shape,
                                                       const ChannelStatistics<Real>& statistics) {
    const double epsilon = std::numeric_limits<Real>::epsilon();
    const double count = static_cast<double>(shape.per_channel()) + 4;
    const auto size = channel_mean<double>(
        shape, [&](std::size_t, std::size_t index) { return std::abs(static_cast<double>(values[index])); });
    ChannelStatistics<double> bounds;
    bounds.variance = channel_mean<double>(shape, [&](std::size_t channel, std::size_t index) {
        const double value = values[index];
        return std::abs(value * (value - static_cast<double>(statistics.mean[channel])));
    });
    for (std::size_t channel = 0; channel < shape.channels; ++channel) {
        // Sums of `count` terms (see difference_bounds.h); each deviation x − μ rounds by x's size too,
        // and μ's own difference enters the variance squared.
        bounds.mean.push_back(count * epsilon * size[channel]);
        const double mean_difference = bounds.mean.back();
        bounds.variance[channel] = count * epsilon * static_cast<double>(statistics.variance[channel]) +
                                   2 * epsilon * bounds.variance[channel] + mean_difference * mean_difference;
    }
    return bounds;
}

template <class Real>
std::vector<double> output_difference_bounds(Values<Real> values, const BatchShape& shape,
                                             const ChannelStatistics<Real>& statistics,
                                             const ChannelStatistics<double>& incoming,
                                             const BatchNormLayer<Real>& layer) {
    const double epsilon = std::numeric_limits<Real>::epsilon();
    std::vector<double> bounds(shape.size());
    for_each_value(shape, [&](std::size_t channel, std::size_t index) {
        const double value = values[index], mean = statistics.mean[channel];
        const double variance = static_cast<double>(statistics.variance[channel]) + layer.epsilon;
        const double deviation = std::sqrt(variance), scale = std::abs(static_cast<double>(layer.scale[channel]));
        const double relative = incoming.variance[channel] / (2 * variance) + 2 * epsilon;
        const double shift = std::abs(static_cast<double>(layer.shift[channel]));
        const double normalised_value = std::abs(value - mean) / deviation;
        bounds[index] =
            scale / deviation * (incoming.mean[channel] + 3 * epsilon * (std::abs(value) + std::abs(mean))) +
            scale * normalised_value * relative + 2 * epsilon * (scale * normalised_value + shift);
    });
    return bounds;
}

#define CELLWISE_INSTANTIATE(Real)                                                                               \
    template ChannelStatistics<Real> channel_statistics<Real>(Values<Real>, const BatchShape&);                  \
    template std::vector<Real> normalised<Real>(Values<Real>, const BatchShape&, const ChannelStatistics<Real>&, \
                                                double);                                                         \
    template std::vector<Real> scaled_and_rectified<Real>(Values<Real>, const BatchShape&,                       \
                                                          const BatchNormLayer<Real>&);                          \
    template void update_running_statistics<Real>(BatchNormLayer<Real>&, const ChannelStatistics<Real>&,         \
                                                  const BatchShape&);                                            \
    template ChannelStatistics<double> statistics_difference_bounds<Real>(Values<Real>, const BatchShape&,       \
                                                                          const ChannelStatistics<Real>&);       \
    template std::vector<double> output_difference_bounds<Real>(                                                 \
        Values<Real>, const BatchShape&, const ChannelStatistics<Real>&, const ChannelStatistics<double>&,       \
        const BatchNormLayer<Real>&)
CELLWISE_INSTANTIATE(float);
CELLWISE_INSTANTIATE(double);
#undef CELLWISE_INSTANTIATE

}  // namespace cellwise::lab
