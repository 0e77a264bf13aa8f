#pragma once

#include <cstddef>
#include <optional>

namespace cellwise::verbs {

/// Which gates of a model are looked at, and how the text is read.
struct GatesRequest {
    std::optional<std::size_t> layer;  ///< from 0; the last one if not given
    int direction = 0;                 ///< 1: backward
    bool with_padding = true;          ///< pad at the front to the length the model was trained with
};

}  // namespace cellwise::verbs
