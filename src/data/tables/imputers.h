#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

namespace cellwise::tables {

/// Numbers [rows, columns], column by column; NaN where missing.
using NumberColumns = std::vector<std::vector<double>>;

/// Fills a missing number with the mean of the nearest donors, rows of the fitted table that have that column: five,
/// or as many as there are. The distance of two rows is √(p/k · Σ(x − y)²) over the k of p columns that both have
/// (scikit-learn's nan-euclidean); without a common column to any donor it is the fitted column's mean. Of donors that
/// are equally far the one that stands first in the table is taken. A column without a number stays missing.
class NearestNeighbourImputer {
public:
    void fit(NumberColumns columns) { donors_ = std::move(columns); }
    [[nodiscard]] NumberColumns apply(const NumberColumns& columns) const;

    [[nodiscard]] nlohmann::ordered_json json() const;
    void set_json(const nlohmann::ordered_json& document);

private:
    NumberColumns donors_;
};

/// A linear model y = intercept + Σ coefficient·x.
struct LinearModel {
    std::vector<double> coefficients;
    double intercept = 0;
};

/// Bayesian ridge regression (MacKay 1992; Tipping 2001) with scikit-learn's priors and stops: α and λ are drawn from
/// Γ(1e-6, 1e-6) and found by at most 300 rounds, until Σ|Δ coefficient| < 1e-3. predictors: [columns][rows], complete.
[[nodiscard]] LinearModel bayesian_ridge(const NumberColumns& predictors, const std::vector<double>& target);

/// Fills each column by Bayesian ridge regression on the others, in rounds (van Buuren 2007, scikit-learn's
/// IterativeImputer): first the means, then column after column from the one with the fewest missing values; at most
/// ten rounds, until no number changes by more than 1e-3 of the largest one known.
class RegressionImputer {
public:
    void fit(const NumberColumns& columns);
    /// By the regressions of fit(), round by round.
    [[nodiscard]] NumberColumns apply(const NumberColumns& columns) const;

    [[nodiscard]] nlohmann::ordered_json json() const;
    void set_json(const nlohmann::ordered_json& document);

private:
    struct Regression {
        std::size_t column = 0;
        LinearModel model;  ///< of the other columns, in their order
    };
    std::vector<double> means_;  ///< [columns]; NaN for a column without a number, which is no predictor
    std::vector<Regression> regressions_;
};

}  // namespace cellwise::tables
