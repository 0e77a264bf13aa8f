#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
#else
#include <thread>
#endif

namespace cellwise::engine {

/// Tells the processor that the thread spins: some nanoseconds in which the core's other thread gets the units.
inline void pause() {
#if defined(__x86_64__)
    _mm_pause();
#else
    std::this_thread::yield();
#endif
}

}  // namespace cellwise::engine
