#pragma once

#include <unistd.h>

#include <utility>

namespace cellwise {

/// An open file descriptor, closed with the object. −1: none.
class Descriptor {
public:
    explicit Descriptor(int descriptor = -1) noexcept : descriptor_(descriptor) {}
    Descriptor(Descriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }

    [[nodiscard]] int get() const noexcept { return descriptor_; }
    [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
    /// Hands it to somebody who closes it.
    [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }
    void close() noexcept {
        if (const int open = release(); open >= 0) ::close(open);
    }

private:
    int descriptor_;
};

}  // namespace cellwise
