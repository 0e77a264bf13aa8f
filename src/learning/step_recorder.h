#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace cellwise::learning {

/// Runs steps that do the same device work on the same memory each time. On a GPU (in a program built with
/// CUDA) it records a step in a CUDA graph once it has run a few times as it is, and from then on replays it:
/// one launch in place of hundreds. Where recording fails the steps run as they are, and why_not() says why.
/// On other devices every step runs as it is.
class StepRecorder {
public:
    explicit StepRecorder(torch::Device device);
    ~StepRecorder();
    StepRecorder(const StepRecorder&) = delete;
    StepRecorder& operator=(const StepRecorder&) = delete;

    /// Does a step. Steps of one key are alike (their number of rows); `step` must not wait for the device nor
    /// change anything on the host that a replay would have to change too.
    void run(std::int64_t key, const std::function<void()>& step);

    /// Steps run as they are from now on.
    void forbid(const std::string& reason);

    /// Forgets the recordings: the memory that they work on is gone.
    void forget();

    /// While it lives, the calling thread's work goes to a stream of the recorder's own, as recording needs;
    /// its end waits for that work. Does nothing on other devices.
    class Session {
    public:
        explicit Session(StepRecorder& recorder);
        ~Session();
        Session(const Session&) = delete;
        Session& operator=(const Session&) = delete;

    private:
        struct Streams;
        std::unique_ptr<Streams> streams_;
    };

    [[nodiscard]] std::int64_t replays() const { return replays_; }
    [[nodiscard]] const std::string& why_not() const { return why_not_; }

private:
    struct Recordings;
    std::unique_ptr<Recordings> recordings_;  // null where nothing can be recorded
    std::string why_not_;
    std::int64_t replays_ = 0;
};

}  // namespace cellwise::learning
