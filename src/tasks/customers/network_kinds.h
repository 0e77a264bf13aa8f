#pragma once

#include "tasks/customers/model.h"

namespace cellwise::customers {

/// The networks for tables: mlp, cnn (over neighbouring columns) and lstm (reads the columns as a sequence). Computed
/// by LibTorch and the fused kernels, a fit on one thread.
[[nodiscard]] ModelKinds network_kinds();

/// plain_model_kinds() and the networks behind them.
[[nodiscard]] ModelKinds all_model_kinds();

}  // namespace cellwise::customers
