#pragma once

#include <cstddef>
#include <functional>

namespace cellwise {

/// Calls work(0) … work(count − 1), taken up in ascending order by `threads` threads (0: usable_processors()); the
/// calling thread is one of them. After an exception nothing new is begun; when the others have ended, the exception of
/// the least index is thrown. So what is thrown does not depend on the threads where no two of them can fail at once,
/// and work that stays within its index gives the same bits for any number of them.
void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace cellwise
