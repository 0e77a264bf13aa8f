// The recorder of programs that are built with CUDA; step_recorder_plain.cpp stands in for it in others.
#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <torch/types.h>

#include <map>
#include <optional>

#include "learning/step_recorder.h"

namespace cellwise::learning {
namespace {

// Before a recording the libraries must have made their handles and workspaces and chosen their algorithms.
constexpr int steps_before_recording = 3;

std::string first_line(const char* text) {
    const std::string whole = text;
    return whole.substr(0, whole.find('\n'));
}

}  // namespace

struct StepRecorder::Recordings {
    struct One {
        int steps = 0;
        std::unique_ptr<at::cuda::CUDAGraph> graph;
    };
    explicit Recordings(torch::Device device) : stream(c10::cuda::getStreamFromPool(false, device.index())) {}

    c10::cuda::CUDAStream stream;
    std::map<std::int64_t, One> by_key;
};

struct StepRecorder::Session::Streams {
    explicit Streams(const c10::cuda::CUDAStream& stream) : guard(stream) {}
    c10::cuda::CUDAStreamGuard guard;
};

StepRecorder::StepRecorder(torch::Device device)
    : recordings_(device.is_cuda() ? std::make_unique<Recordings>(device) : nullptr) {}

StepRecorder::~StepRecorder() = default;

StepRecorder::Session::Session(StepRecorder& recorder) {
    if (!recorder.recordings_) return;
    const auto& stream = recorder.recordings_->stream;
    c10::cuda::getCurrentCUDAStream(stream.device_index()).synchronize();  // what was begun elsewhere is done
    streams_ = std::make_unique<Streams>(stream);
}

StepRecorder::Session::~Session() {
    if (streams_) streams_->guard.current_stream().synchronize();
}

void StepRecorder::forbid(const std::string& reason) {
    recordings_.reset();
    why_not_ = reason;
}

void StepRecorder::forget() {
    if (recordings_) recordings_->by_key.clear();
}

void StepRecorder::run(std::int64_t key, const std::function<void()>& step) {
    if (!recordings_ || !why_not_.empty()) {
        step();
        return;
    }
    auto& recording = recordings_->by_key[key];
    if (recording.graph) {
        recording.graph->replay();
        ++replays_;
        return;
    }
    if (recording.steps++ < steps_before_recording) {
        step();
        return;
    }
    auto graph = std::make_unique<at::cuda::CUDAGraph>();
    bool is_capturing = false;
    try {
        // Other runs of this process may call CUDA meanwhile: only this thread's calls are recorded and watched.
        graph->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
        is_capturing = true;
        step();
        is_capturing = false;
        graph->capture_end();
        graph->replay();
    } catch (const c10::Error& error) {
        why_not_ = first_line(error.what_without_backtrace());
        if (is_capturing) {
            try {
                graph->capture_end();  // leaves the stream usable
            } catch (const c10::Error&) {
                // It reports the failure that is known already.
            }
        }
        // Nothing of the step was carried out while it was recorded.
        step();
        return;
    }
    recording.graph = std::move(graph);
    ++replays_;
}

}  // namespace cellwise::learning
