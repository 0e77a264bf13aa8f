#pragma once

#include <cstddef>

namespace cellwise {

/// Memory for `bytes` bytes on a cache line's boundary, contents not set; freed by std::free. From a
/// megabyte on it begins on a large page's boundary and the system is asked for large pages (Linux,
/// where transparent huge pages are given on request): walks through arrays in the order of words or
/// rows, one address here and the next there, otherwise wait for page tables more than for the data.
/// Throws std::bad_alloc.
[[nodiscard]] void* allocate_array(std::size_t bytes);

}  // namespace cellwise
