#pragma once

namespace cellwise::statistics {

// Student's t distribution, by Boost.Math (incomplete beta function and its inverse). `degrees` > 0 need
// not be whole. Throw InternalError outside their domain.

/// P(T <= t).
[[nodiscard]] double student_t_cdf(double t, double degrees);
/// The t with P(T <= t) = probability, for 0 < probability < 1.
[[nodiscard]] double student_t_quantile(double probability, double degrees);
/// P(|T| >= |t|): 0 for an infinite t.
[[nodiscard]] double two_sided_p(double t, double degrees);

}  // namespace cellwise::statistics
