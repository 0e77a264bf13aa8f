#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"

namespace cellwise::lab {

/// Two computations of the same vectors, compared element by element.
class StateComparison {
public:
    /// An element's tolerance is `base` or its own bound, whichever is more. A difference that is not
    /// a number is beyond every tolerance. Throws InternalError if the lengths differ.
    template <class Real>
    void add(const std::vector<Real>& ours, const std::vector<Real>& theirs, const std::vector<double>& bounds,
             double base) {
        if (ours.size() != theirs.size() || ours.size() != bounds.size()) {
            throw InternalError("two states of different lengths are compared");
        }
        for (std::size_t j = 0; j < ours.size(); ++j) {
            add_element(std::abs(static_cast<double>(ours[j]) - static_cast<double>(theirs[j])),
                        std::max(base, bounds[j]));
        }
    }

    /// Takes in all that another comparison has seen.
    void merge(const StateComparison& other) {
        agrees_ = agrees_ && other.agrees_;
        if (!(other.largest_difference_ <= largest_difference_) && !std::isnan(largest_difference_)) {
            largest_difference_ = other.largest_difference_;
        }
        if (!(other.largest_ratio_ <= largest_ratio_) && !std::isnan(largest_ratio_)) {
            largest_ratio_ = other.largest_ratio_;
            tolerance_ = other.tolerance_;
        }
    }

    [[nodiscard]] double largest_difference() const { return largest_difference_; }
    /// Of the element that came nearest to its tolerance, or went furthest beyond it.
    [[nodiscard]] double tolerance() const { return tolerance_; }
    [[nodiscard]] bool agrees() const { return agrees_; }

private:
    void add_element(double difference, double tolerance) {
        agrees_ = agrees_ && difference <= tolerance;
        if (std::isnan(largest_difference_)) return;  // nothing is worse
        if (!(difference <= largest_difference_)) largest_difference_ = difference;
        const double ratio = difference / tolerance;
        if (!(ratio <= largest_ratio_)) {
            largest_ratio_ = ratio;
            tolerance_ = tolerance;
        }
    }

    double largest_difference_ = 0;
    double tolerance_ = 0;
    double largest_ratio_ = -1;
    bool agrees_ = true;
};

}  // namespace cellwise::lab
