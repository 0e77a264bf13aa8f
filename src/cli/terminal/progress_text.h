#pragma once

#include <cstddef>
#include <string>

#include "records/figures.h"

namespace cellwise::cli {

/// 75 as "1:15", 3700 as "1:01:40".
[[nodiscard]] std::string clock_text(double seconds);

/// Seconds until the run's last step, at the pace of this epoch so far; evaluations are not counted.
[[nodiscard]] double seconds_left(const records::Progress& progress);

/// "LSTM seed 0  epoch 1/3  step 120/391  loss 0.5213, accuracy 0.7344, 950 reviews/s, 1:15 left".
[[nodiscard]] std::string progress_line(const std::string& title, const records::Progress& progress);

/// The same with a bar, in at most `columns` terminal columns: what does not fit is left out.
[[nodiscard]] std::string progress_bar(const std::string& title, const records::Progress& progress, std::size_t columns,
                                       bool colours);

}  // namespace cellwise::cli
