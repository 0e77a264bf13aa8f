#include "learning/clipping.h"

#include <cmath>
#include <map>

#include "core/error.h"

namespace cellwise::learning {

std::vector<double> clip_factors(const std::vector<std::string>& groups, const std::vector<double>& squared_norms,
                                 double clip_norm, double global_clip_norm) {
    if (groups.size() != squared_norms.size()) throw InternalError("clipping needs a norm of every gradient");
    std::vector<double> factors(groups.size(), 1);
    if (clip_norm == 0 && global_clip_norm == 0) return factors;
    const bool global = global_clip_norm > 0;
    const double limit = global ? global_clip_norm : clip_norm;
    std::map<std::string, double> sums;
    const auto sum_of = [&](std::size_t i) -> double& { return sums[global ? std::string() : groups[i]]; };
    for (std::size_t i = 0; i < groups.size(); ++i) sum_of(i) += squared_norms[i];
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const double norm = std::sqrt(sum_of(i));
        // 1 while the norm is below the limit; written so that NaN stays NaN.
        factors[i] = norm <= limit ? 1 : limit / norm;
    }
    return factors;
}

}  // namespace cellwise::learning
