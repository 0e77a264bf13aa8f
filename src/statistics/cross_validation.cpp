#include "statistics/cross_validation.h"

#include <cmath>
#include <limits>

#include "core/error.h"
#include "statistics/student_t.h"

namespace cellwise::statistics {

ResampledSummary resampled_summary(std::span<const double> values, double test_over_train, double confidence) {
    if (values.size() < 2 || !(test_over_train > 0)) {
        throw InternalError("the corrected t needs two folds, and a share that was tested");
    }
    const double count = static_cast<double>(values.size());
    ResampledSummary result{values.size(), mean(values), *standard_deviation(values), 0, {}, 1};
    result.standard_error = std::sqrt(1 / count + test_over_train) * result.standard_deviation;
    const double half = student_t_quantile(0.5 + confidence / 2, count - 1) * result.standard_error;
    result.interval = {result.mean - half, result.mean + half};
    if (result.standard_error > 0) {
        result.p_value = two_sided_p(result.mean / result.standard_error, count - 1);
    } else if (result.mean != 0) {
        result.p_value = 0;  // every fold differs by the same
    }
    return result;
}

}  // namespace cellwise::statistics
