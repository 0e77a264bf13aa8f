#include "learning/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "learning/monitor.h"

namespace cellwise::learning {
namespace {

constexpr double least_improvement = 1e-4;  // Keras's min_delta

}  // namespace

Schedule::Schedule(const TrainingOptions& options) : options_(options) {
    state_.plateau_rate = options.effective_learning_rate();
}

double Schedule::rate(std::int64_t epoch, std::int64_t step, std::int64_t steps) const {
    const double first = options_.effective_learning_rate();
    switch (options_.schedule) {
        case ScheduleKind::step:
            return first *
                   std::pow(options_.schedule_factor, static_cast<double>((epoch - 1) / options_.schedule_epochs));
        case ScheduleKind::cosine: {
            const double done = static_cast<double>((epoch - 1) * steps + step);
            const double share = done / static_cast<double>(options_.epochs * steps);
            const double least = options_.schedule_minimum;
            return least + (first - least) * (1 + std::cos(std::numbers::pi * share)) / 2;
        }
        case ScheduleKind::plateau:
            return state_.plateau_rate;
        case ScheduleKind::constant:
            break;
    }
    return first;
}

void Schedule::epoch_done(const records::EpochFigures& epoch) {
    if (options_.schedule != ScheduleKind::plateau) return;
    const double value = monitored(epoch, options_.monitor);
    if (!state_.best || is_better(value, *state_.best, options_.monitor, least_improvement)) {
        state_.best = value;
        state_.wait = 0;
        return;
    }
    if (++state_.wait < options_.schedule_patience) return;
    state_.plateau_rate = std::max(state_.plateau_rate * options_.schedule_factor, options_.schedule_minimum);
    state_.wait = 0;
}

}  // namespace cellwise::learning
