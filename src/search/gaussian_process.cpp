#include "search/gaussian_process.h"

#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>

#include "search/bounded_minimum.h"

namespace cellwise::search {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

const double root5 = std::sqrt(5.0);
/// Added to the diagonal, in units of the signal: keeps the factor stable where points coincide.
constexpr double jitter = 1e-10;

double squared_distance(const Parameter& parameter, double one, double other) {
    const bool has_one = is_active(one), has_other = is_active(other);
    if (!has_one && !has_other) return 0;
    if (!parameter.is_numeric()) return has_one && has_other && one == other ? 0 : 1;
    const double place = has_one ? parameter.to_unit(one) : 0.5;
    const double difference = place - (has_other ? parameter.to_unit(other) : 0.5);
    return difference * difference + (has_one && has_other ? 0 : 1);
}

struct Matern {
    double value, slope;  ///< slope: the derivative by r²
};

Matern matern(double squared) {
    const double scaled = std::sqrt(5 * squared);
    const double decay = std::exp(-scaled);
    return {(1 + scaled + scaled * scaled / 3) * decay, -5.0 / 6 * (1 + scaled) * decay};
}

/// The squared distances of all pairs, by parameter.
std::vector<MatrixXd> distances(const Space& space, std::span<const Point> points) {
    const auto count = static_cast<Index>(points.size());
    std::vector<MatrixXd> all(space.size(), MatrixXd::Zero(count, count));
    for (std::size_t j = 0; j < space.size(); ++j) {
        for (Index a = 0; a < count; ++a) {
            for (Index b = 0; b < a; ++b) {
                all[j](a, b) = all[j](b, a) = squared_distance(space[j], points[static_cast<std::size_t>(a)][j],
                                                               points[static_cast<std::size_t>(b)][j]);
            }
        }
    }
    return all;
}

VectorXd vector_of(std::span<const double> values) {
    return Eigen::Map<const VectorXd>(values.data(), static_cast<Index>(values.size()));
}

VectorXd packed(const KernelParameters& parameters) {
    const Index count = parameters.log_lengths.size();
    VectorXd all(count + 2);
    all << parameters.log_lengths, parameters.log_signal, parameters.log_noise;
    return all;
}

KernelParameters unpacked(const VectorXd& all) {
    const Index count = all.size() - 2;
    return {all.head(count), all[count], all[count + 1]};
}

double likelihood(const std::vector<MatrixXd>& distance, const VectorXd& values, const KernelParameters& parameters,
                  VectorXd* gradient) {
    const Index count = values.size();
    const double signal = std::exp(parameters.log_signal), noise = std::exp(parameters.log_noise);
    const VectorXd inverse_squares = (-2 * parameters.log_lengths.array()).exp();
    MatrixXd squared = MatrixXd::Zero(count, count);
    for (std::size_t j = 0; j < distance.size(); ++j) squared += inverse_squares[static_cast<Index>(j)] * distance[j];
    MatrixXd kernel(count, count), slope(count, count);
    for (Index a = 0; a < count; ++a) {
        for (Index b = 0; b <= a; ++b) {
            const auto [value, steepness] = matern(squared(a, b));
            kernel(a, b) = kernel(b, a) = signal * value;
            slope(a, b) = slope(b, a) = signal * steepness;
        }
    }
    MatrixXd covariance = kernel;
    covariance.diagonal().array() += noise + jitter * signal;
    const Eigen::LLT<MatrixXd> factor(covariance);
    if (factor.info() != Eigen::Success) return -std::numeric_limits<double>::infinity();
    const VectorXd alpha = factor.solve(values);
    const VectorXd diagonal = factor.matrixLLT().diagonal();
    const double result = -0.5 * values.dot(alpha) - diagonal.array().log().sum() -
                          0.5 * static_cast<double>(count) * std::log(2 * std::numbers::pi);
    if (gradient != nullptr) {
        const MatrixXd inner = alpha * alpha.transpose() - factor.solve(MatrixXd::Identity(count, count));
        gradient->resize(static_cast<Index>(distance.size()) + 2);
        const MatrixXd weighted = inner.cwiseProduct(slope);
        for (std::size_t j = 0; j < distance.size(); ++j) {
            const auto place = static_cast<Index>(j);
            (*gradient)[place] = -inverse_squares[place] * weighted.cwiseProduct(distance[j]).sum();
        }
        (*gradient)[gradient->size() - 2] = 0.5 * (inner.cwiseProduct(kernel).sum() + jitter * signal * inner.trace());
        (*gradient)[gradient->size() - 1] = 0.5 * noise * inner.trace();
    }
    return result;
}

/// A normal density on a logarithm, up to a constant, and its derivative.
struct LogPrior {
    double centre, deviation;
    [[nodiscard]] double value(double x) const { return -0.5 * std::pow((x - centre) / deviation, 2); }
    [[nodiscard]] double slope(double x) const { return -(x - centre) / (deviation * deviation); }
};

}  // namespace

GaussianProcess::GaussianProcess(const Space& space, std::vector<Point> points, std::vector<double> values,
                                 const KernelParameters& parameters)
    : space_(&space), points_(std::move(points)), values_(std::move(values)), parameters_(parameters) {
    assert(points_.size() == values_.size());
    const auto distance = distances(space, points_);
    const auto count = static_cast<Index>(points_.size());
    MatrixXd squared = MatrixXd::Zero(count, count);
    for (std::size_t j = 0; j < distance.size(); ++j) {
        squared += std::exp(-2 * parameters.log_lengths[static_cast<Index>(j)]) * distance[j];
    }
    const double signal = std::exp(parameters.log_signal);
    MatrixXd covariance = squared.unaryExpr([&](double r2) { return signal * matern(r2).value; });
    covariance.diagonal().array() += std::exp(parameters.log_noise) + jitter * signal;
    factor_.compute(covariance);
    // Points that coincide without noise: a little more of it.
    for (double more = 1e-8 * signal; factor_.info() != Eigen::Success; more *= 10) {
        covariance.diagonal().array() += more;
        factor_.compute(covariance);
    }
    alpha_ = factor_.solve(vector_of(values_));
}

double GaussianProcess::log_likelihood(const Space& space, std::span<const Point> points,
                                       std::span<const double> values, const KernelParameters& parameters,
                                       VectorXd* gradient) {
    return likelihood(distances(space, points), vector_of(values), parameters, gradient);
}

KernelParameters GaussianProcess::fitted(const Space& space, std::span<const Point> points,
                                         std::span<const double> values) {
    const auto distance = distances(space, points);
    const auto observed = vector_of(values);
    const auto count = static_cast<Index>(space.size());
    // Longer in more dimensions, as distances are (Hvarfner, Hellsten and Nardi, ICML 2024); little noise.
    const LogPrior length{std::log(0.5) + 0.5 * std::log(static_cast<double>(count)), 1.0};
    const LogPrior signal{0, 2}, noise{std::log(1e-5), 4};
    const Differentiable loss = [&](const VectorXd& x, VectorXd& gradient) {
        double value = -likelihood(distance, observed, unpacked(x), &gradient);
        if (!std::isfinite(value)) return value;
        gradient = -gradient;
        for (Index i = 0; i < x.size(); ++i) {
            const auto& prior = i < count ? length : i == count ? signal : noise;
            value -= prior.value(x[i]);
            gradient[i] -= prior.slope(x[i]);
        }
        return value;
    };
    VectorXd low(count + 2), high(count + 2);
    low << VectorXd::Constant(count, std::log(0.01)), std::log(0.01), std::log(1e-8);
    high << VectorXd::Constant(count, std::log(100)), std::log(1000), std::log(1.0);
    Minimum best;
    best.value = std::numeric_limits<double>::infinity();
    for (const double start_noise : {1e-6, 1e-2}) {
        for (const double start_length : {0.25, 1.0}) {
            const KernelParameters start{VectorXd::Constant(count, length.centre + std::log(start_length)), 0,
                                         std::log(start_noise)};
            const auto found = bounded_minimum(loss, packed(start), low, high, 60, 1e-3);
            if (found.value < best.value || best.x.size() == 0) best = found;
        }
    }
    return unpacked(best.x);
}

GaussianProcess::Weights GaussianProcess::weights(const Point& point) const {
    const auto count = static_cast<Index>(points_.size());
    VectorXd squared = VectorXd::Zero(count);
    for (std::size_t j = 0; j < space_->size(); ++j) {
        const double scale = std::exp(-2 * parameters_.log_lengths[static_cast<Index>(j)]);
        for (Index i = 0; i < count; ++i) {
            squared[i] += scale * squared_distance((*space_)[j], point[j], points_[static_cast<std::size_t>(i)][j]);
        }
    }
    const double signal = std::exp(parameters_.log_signal);
    Weights result{VectorXd(count), VectorXd(count), {}};
    for (Index i = 0; i < count; ++i) {
        const auto [value, slope] = matern(squared[i]);
        result.covariance[i] = signal * value;
        result.slope[i] = signal * slope;
    }
    result.whitened = factor_.matrixL().solve(result.covariance);
    return result;
}

Prediction GaussianProcess::prediction(const Weights& weights) const {
    const double signal = std::exp(parameters_.log_signal);
    const double variance = std::max(signal - weights.whitened.squaredNorm(), 1e-14 * signal);
    return {weights.covariance.dot(alpha_), std::sqrt(variance)};
}

Prediction GaussianProcess::predict(const Point& point) const { return prediction(weights(point)); }

Prediction GaussianProcess::predict(const Point& point, VectorXd& mean_gradient, VectorXd& deviation_gradient) const {
    const auto parts = weights(point);
    const auto result = prediction(parts);
    const VectorXd solved = factor_.matrixL().transpose().solve(parts.whitened);
    const auto count = static_cast<Index>(points_.size());
    mean_gradient = VectorXd::Zero(static_cast<Index>(space_->size()));
    deviation_gradient = mean_gradient;
    for (std::size_t j = 0; j < space_->size(); ++j) {
        const auto& parameter = (*space_)[j];
        if (!parameter.is_numeric() || !is_active(point[j])) continue;
        const auto place = static_cast<Index>(j);
        const double unit = parameter.to_unit(point[j]);
        const double scale = 2 * std::exp(-2 * parameters_.log_lengths[place]);
        for (Index i = 0; i < count; ++i) {
            const double other = points_[static_cast<std::size_t>(i)][j];
            const double change = parts.slope[i] * scale * (unit - (is_active(other) ? parameter.to_unit(other) : 0.5));
            mean_gradient[place] += alpha_[i] * change;
            deviation_gradient[place] -= solved[i] * change / result.deviation;
        }
    }
    return result;
}

}  // namespace cellwise::search
