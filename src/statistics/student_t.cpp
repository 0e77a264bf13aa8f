#include "statistics/student_t.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <exception>

#include "core/error.h"

namespace cellwise::statistics {
namespace {

template <class Function>
double within_domain(double degrees, Function function) {
    try {
        return function(boost::math::students_t(degrees));
    } catch (const std::exception& error) {  // Boost reports a domain error so
        throw InternalError(std::string("Student's t: ") + error.what());
    }
}

}  // namespace

double student_t_cdf(double t, double degrees) {
    return within_domain(degrees, [&](const auto& distribution) { return boost::math::cdf(distribution, t); });
}

double student_t_quantile(double probability, double degrees) {
    return within_domain(degrees,
                         [&](const auto& distribution) { return boost::math::quantile(distribution, probability); });
}

double two_sided_p(double t, double degrees) {
    if (std::isinf(t)) return 0;
    return 2 * student_t_cdf(-std::abs(t), degrees);
}

}  // namespace cellwise::statistics
