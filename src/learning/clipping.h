#pragma once

#include <string>
#include <vector>

namespace cellwise::learning {

/// What clipping by norm multiplies each gradient by.
///
/// Per variable (Keras's clipnorm): clip / max(‖g‖, clip), the norm taken over the gradients of one group;
/// `groups` names each gradient's, since one Keras variable may be several of ours. Over all (torch's
/// clip_grad_norm_): the same with one norm over all gradients. 0 switches a limit off; where both are
/// given the one over all counts. A norm that is infinite gives the factor 0, one that is not a number NaN.
[[nodiscard]] std::vector<double> clip_factors(const std::vector<std::string>& groups,
                                               const std::vector<double>& squared_norms, double clip_norm,
                                               double global_clip_norm);

}  // namespace cellwise::learning
