#pragma once

#include <string>

#include "benchmark/speed.h"

namespace cellwise::benchmark {

/// How a fused training step's time grows with the size (batch, length or hidden size) that differs between the
/// record's cells: one line of milliseconds a cell, with its quartiles, as an SVG document. Throws InternalError
/// unless exactly one size differs: the command has refused other sizes before it measured.
[[nodiscard]] std::string speed_chart_svg(const SpeedRecord& record);

}  // namespace cellwise::benchmark
