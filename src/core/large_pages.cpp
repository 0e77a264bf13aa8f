#include "core/large_pages.h"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace cellwise {
namespace {

constexpr std::size_t cache_line = 64;
constexpr std::size_t large_page = std::size_t{2} << 20;

}  // namespace

void* allocate_array(std::size_t bytes) {
    const std::size_t unit = bytes >= large_page / 2 ? large_page : cache_line;
    const std::size_t rounded = (bytes + unit - 1) / unit * unit;
    void* const memory = std::aligned_alloc(unit, rounded);
    if (memory == nullptr) throw std::bad_alloc();
#if defined(MADV_HUGEPAGE)
    // Only a wish: where the system has no such pages, small ones do.
    if (unit == large_page) (void)::madvise(memory, rounded, MADV_HUGEPAGE);
#endif
    return memory;
}

}  // namespace cellwise
