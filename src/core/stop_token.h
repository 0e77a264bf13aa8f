#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "core/error.h"

namespace cellwise {

/// Asked between two steps whether to stop. Copied freely; by default it never stops. Safe from any thread.
class StopToken {
public:
    StopToken() = default;
    [[nodiscard]] bool requested() const noexcept { return cause() != 0; }
    /// The number of the signal that asked, or StopSource::caller; 0: nobody has asked.
    [[nodiscard]] int cause() const noexcept { return cause_ ? cause_->load(std::memory_order_relaxed) : 0; }

private:
    friend class StopSource;
    explicit StopToken(std::shared_ptr<const std::atomic<int>> cause) : cause_(std::move(cause)) {}
    std::shared_ptr<const std::atomic<int>> cause_;
};

/// Asks those who hold its tokens to stop. The first cause stays.
class StopSource {
public:
    static constexpr int caller = -1;  ///< a cause that is no signal

    StopSource() : cause_(std::make_shared<std::atomic<int>>(0)) {}
    [[nodiscard]] StopToken token() const { return StopToken(cause_); }
    /// Also safe in a signal handler. Returns whether it was the first to ask.
    bool request(int cause = caller) noexcept {
        int nobody = 0;
        return cause_->compare_exchange_strong(nobody, cause);
    }
    static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may touch lock-free atomics only");

private:
    std::shared_ptr<std::atomic<int>> cause_;
};

/// The exit code of a stop of this cause: interrupted, terminated or hung_up; interrupted for a caller's.
[[nodiscard]] ExitCode exit_code_of_stop(int cause) noexcept;

/// What it is called in messages: "Ctrl-C", "SIGTERM", "SIGHUP (the terminal was closed)", "its caller".
[[nodiscard]] const char* name_of_stop(int cause) noexcept;

}  // namespace cellwise
