#pragma once

#include <cstddef>
#include <functional>

namespace cellwise {

/// Calls run(0) … run(count − 1), up to `jobs` of them at once, each on one of `jobs` threads; taken up
/// in ascending order. After an exception nothing new is begun; the first one is thrown when the
/// running ones have ended.
void run_side_by_side(std::size_t count, std::size_t jobs, const std::function<void(std::size_t)>& run);

}  // namespace cellwise
