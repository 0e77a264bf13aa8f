#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <span>
#include <vector>

#include "search/space.h"

namespace cellwise::search {

/// What a Gaussian process knows of one point.
struct Prediction {
    double mean = 0;
    double deviation = 0;  ///< of the function, without the noise
};

/// Kernel parameters, as logarithms: what they are fitted in.
struct KernelParameters {
    Eigen::VectorXd log_lengths;  ///< [parameters]
    double log_signal = 0;        ///< of the variance of the function
    double log_noise = 0;         ///< of the variance of the noise
};

/// A Gaussian process of mean 0 over the points of a space (Rasmussen and Williams, Gaussian Processes for Machine
/// Learning, 2006): covariance s²·(1 + √5 r + 5r²/3)·exp(−√5 r) (Matérn 5/2), r² = Σ dⱼ²/ℓⱼ² with a length a parameter
/// (ARD), and noise. dⱼ is the difference of the places in [0, 1] of a numeric parameter, 0 or 1 for names that are the
/// same or not; where one of two points does not have the parameter, dⱼ² = 1 + (place − ½)², which a point beside the
/// middle of the line has.
class GaussianProcess {
public:
    /// Conditioned on `values` [points] with these kernel parameters. Values should have mean 0 and variance 1.
    GaussianProcess(const Space& space, std::vector<Point> points, std::vector<double> values,
                    const KernelParameters& parameters);

    /// The kernel parameters of the highest marginal likelihood times a weak prior, from a few starts.
    [[nodiscard]] static KernelParameters fitted(const Space& space, std::span<const Point> points,
                                                 std::span<const double> values);

    /// The logarithm of the marginal likelihood (equation 2.30 there), and if asked its gradient in the order
    /// log_lengths, log_signal, log_noise. −∞ where the covariance is not positive definite.
    [[nodiscard]] static double log_likelihood(const Space& space, std::span<const Point> points,
                                               std::span<const double> values, const KernelParameters& parameters,
                                               Eigen::VectorXd* gradient = nullptr);

    [[nodiscard]] Prediction predict(const Point& point) const;
    /// The same with derivatives by the places in [0, 1] of the parameters: [parameters], 0 for what has no place.
    [[nodiscard]] Prediction predict(const Point& point, Eigen::VectorXd& mean_gradient,
                                     Eigen::VectorXd& deviation_gradient) const;

    [[nodiscard]] const std::vector<Point>& points() const { return points_; }
    [[nodiscard]] const std::vector<double>& values() const { return values_; }
    [[nodiscard]] const KernelParameters& parameters() const { return parameters_; }

private:
    struct Weights {
        Eigen::VectorXd covariance;  ///< [points] with the new point
        Eigen::VectorXd slope;       ///< [points] its derivative by r²
        Eigen::VectorXd whitened;    ///< L⁻¹ · covariance
    };
    [[nodiscard]] Weights weights(const Point& point) const;
    [[nodiscard]] Prediction prediction(const Weights& weights) const;

    const Space* space_;
    std::vector<Point> points_;
    std::vector<double> values_;
    KernelParameters parameters_;
    Eigen::LLT<Eigen::MatrixXd> factor_;
    Eigen::VectorXd alpha_;  ///< (K + noise)⁻¹ · values
};

}  // namespace cellwise::search
