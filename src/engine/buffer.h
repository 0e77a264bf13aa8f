#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

#include "core/large_pages.h"

namespace cellwise::engine {

/// Memory on a cache line's boundary that only grows: made once, used again at every step. Growing
/// loses the contents; the contents of new memory are not set.
template <class T>
class Buffer {
public:
    /// Room for `count` values. Throws std::bad_alloc.
    T* reserve(std::size_t count) {
        if (count > capacity_) {
            memory_.reset();
            capacity_ = 0;
            memory_.reset(static_cast<T*>(allocate_array(count * sizeof(T))));
            capacity_ = count;
        }
        return memory_.get();
    }
    [[nodiscard]] T* data() { return memory_.get(); }
    [[nodiscard]] const T* data() const { return memory_.get(); }

private:
    struct Free {
        void operator()(T* memory) const { std::free(memory); }
    };
    std::unique_ptr<T, Free> memory_;
    std::size_t capacity_ = 0;
};

}  // namespace cellwise::engine
