#pragma once

#include <torch/types.h>

#include <memory>
#include <vector>

#include "benchmark/batches.h"
#include "benchmark/speed.h"
#include "engine/recurrent_pass.h"
#include "models/classifier.h"

namespace cellwise::benchmark {

/// Times the parts of the fused kernels' forward and backward on a classifier's first layer, without the
/// rest of a training step around them.
class PassPhases {
public:
    explicit PassPhases(models::Classifier model);

    /// One forward and backward of ids [batch, time]; counted or only to warm up.
    void run(const torch::Tensor& ids, bool counted);

    /// The median of each part, followed by what a training step takes beyond them: `gradient_ms` is the
    /// time of forward, loss and backward of the whole model, `update_ms` the optimizer's.
    [[nodiscard]] std::vector<benchmark::PhaseTiming> report(const Work& work, const Shape& shape, double gradient_ms,
                                                             double update_ms) const;

private:
    models::Classifier model_;
    engine::RecurrentPass pass_;
    std::vector<engine::PassSeconds> seconds_;
};

}  // namespace cellwise::benchmark
