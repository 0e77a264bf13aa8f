#pragma once

#include <cstdint>
#include <string>

namespace cellwise::verbs {

/// How words are to be explained.
struct ExplainRequest {
    std::string method;       ///< "occlusion", "gradients"; empty: not at all
    std::int64_t steps = 64;  ///< points of the integral of "gradients"
};

}  // namespace cellwise::verbs
