#pragma once

#include <span>
#include <string>

namespace cellwise::report {

/// A vector on one line as numpy prints it: "[0.52497919 0.549834  ]". At most eight digits behind
/// the point, no zeros at the end of the longest, all numbers equally wide; scientific where the
/// largest size is 1e8 or more, the smallest below 1e-4, or they lie more than a thousandfold apart.
/// Unlike numpy's, a long vector is neither broken nor shortened.
/// The digits are those that tell a number from its neighbours in its own type, float or double.
[[nodiscard]] std::string vector_text(std::span<const double> values);
[[nodiscard]] std::string vector_text(std::span<const float> values);

}  // namespace cellwise::report
