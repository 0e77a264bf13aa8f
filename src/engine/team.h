#pragma once

#include <atomic>
#include <cassert>
#include <cstddef>
#include <memory>

namespace cellwise::engine {

/// Threads that go through the stages of one piece of work together. Every stage has the same parts, and a part begins
/// when all parts of the stage before have ended.
///
/// A member begins with parts of its own, stage after stage the same, so that what they read stays in its processor's
/// cache. Then it takes what no other has begun. So nobody waits for a member that comes late or never, and one alone
/// can do everything; only a part that a member has begun is waited for.
class Team {
public:
    /// members and parts are 1 or more.
    Team(std::size_t members, std::size_t parts);

    /// Calls work(stage, part) for parts of the stages [0, stages), and returns when all of them have ended. Each
    /// member calls it once, with its own number and the same stages; it must not throw.
    template <class Work>
    void run(std::size_t member, std::size_t stages, const Work& work) {
        assert(member < members_);
        const std::size_t own = member * parts_ / members_;
        for (std::size_t stage = ended_stages(); stage < stages; ++stage) {
            std::size_t ended = 0;
            for (std::size_t i = 0; i < parts_; ++i) {
                const std::size_t part = own + i < parts_ ? own + i : own + i - parts_;
                if (!begin(part, stage)) continue;
                work(stage, part);
                ++ended;
            }
            if (ended > 0) ended_parts_.fetch_add(ended, std::memory_order_release);
            wait_for(stage);
        }
    }

private:
    struct alignas(64) Begun {
        std::atomic<std::size_t> stages{0};  // so many of the part's stages have begun
    };

    [[nodiscard]] std::size_t ended_stages() const { return ended_parts_.load(std::memory_order_acquire) / parts_; }

    // Whether this call is the one that begins the part's stage.
    [[nodiscard]] bool begin(std::size_t part, std::size_t stage) {
        auto& begun = begun_[part].stages;
        return begun.load(std::memory_order_relaxed) == stage &&
               begun.compare_exchange_strong(stage, stage + 1, std::memory_order_relaxed);
    }

    // Spins for some microseconds, then lets other threads run.
    void wait_for(std::size_t stage) const;

    std::size_t members_, parts_;
    std::unique_ptr<Begun[]> begun_;
    alignas(64) std::atomic<std::size_t> ended_parts_{0};  // of all stages
};

}  // namespace cellwise::engine
