// The recorder of programs that are built without CUDA: there is nothing to record.
#include "learning/step_recorder.h"

namespace cellwise::learning {

struct StepRecorder::Recordings {};
struct StepRecorder::Session::Streams {};

StepRecorder::StepRecorder(torch::Device) {}
StepRecorder::~StepRecorder() = default;
StepRecorder::Session::Session(StepRecorder&) {}
StepRecorder::Session::~Session() = default;

void StepRecorder::forbid(const std::string& reason) { why_not_ = reason; }
void StepRecorder::forget() {}
void StepRecorder::run(std::int64_t, const std::function<void()>& step) { step(); }

}  // namespace cellwise::learning
