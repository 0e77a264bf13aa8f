#pragma once

#include "engine/thread_pool.h"

namespace cellwise::engine {

/// This machine's float32 multiply-add peak in GFLOP/s with all of the pool's threads, measured now:
/// independent chains in registers, the best of several rounds of a few milliseconds. A multiply-add
/// counts as two operations.
[[nodiscard]] double measure_fma_peak(ThreadPool& pool);

/// The instruction set that the kernels use: AVX3 (AVX-512), AVX2, SSE4 …
[[nodiscard]] const char* instruction_set();

}  // namespace cellwise::engine
