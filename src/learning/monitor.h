#pragma once

#include <string_view>

#include "learning/options.h"
#include "learning/trainer.h"

namespace cellwise::learning {

/// The figure of an epoch that early stopping and the plateau schedule watch.
[[nodiscard]] double monitored(const records::EpochFigures& epoch, Monitor monitor);

/// Whether `value` beats `best` by more than `least`: lower for a loss, higher for an accuracy.
[[nodiscard]] bool is_better(double value, double best, Monitor monitor, double least = 0);

}  // namespace cellwise::learning
