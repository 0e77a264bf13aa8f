#pragma once

#include <algorithm>
#include <cstddef>

#include "engine/thread_pool.h"

namespace cellwise::engine {

/// Calls function(chunk, first, end) for every chunk of `size` of [0, count), the last one shorter, from the pool's
/// threads. It must not throw.
template <class Function>
void for_chunks(ThreadPool& pool, std::size_t count, std::size_t size, const Function& function) {
    pool.run((count + size - 1) / size, [&](std::size_t chunk, std::size_t /*worker*/) {
        function(chunk, chunk * size, std::min(count, (chunk + 1) * size));
    });
}

}  // namespace cellwise::engine
