#include "learning/divergence.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace cellwise::learning {
namespace {

constexpr const char* advice = "try a smaller --learning-rate, --clip-norm or --global-clip-norm";
constexpr std::int64_t rows_shown = 6;

// "5, 17, 3, … (64 reviews)": enough to find the batch again.
std::string rows_of(const torch::Tensor& rows) {
    std::string text;
    for (std::int64_t i = 0; i < std::min(rows.size(0), rows_shown); ++i) {
        text += fmt::format("{}{}", i > 0 ? ", " : "", rows[i].item<std::int64_t>());
    }
    return fmt::format("{}{} ({} reviews)", text, rows.size(0) > rows_shown ? ", …" : "", rows.size(0));
}

// "nan" whatever its sign bit.
std::string number(double value) { return std::isnan(value) ? "nan" : fmt::format("{:.6g}", value); }

}  // namespace

void require_finite_step(const Batch& batch, const Optimizer& optimizer) {
    if (std::isfinite(batch.loss) && std::isfinite(optimizer.dense_gradient_norm())) return;
    throw Diverged(
        fmt::format("training diverged at step {} (epoch {}, batch {} of {}): loss {}, gradient norm {}, "
                    "learning rate {:.6g}. "
                    "The batch holds the training reviews {}; its update was not made. Remedies: {}",
                    optimizer.steps() + 1, batch.epoch, batch.step + 1, batch.steps, number(batch.loss),
                    number(optimizer.gradient_norm()), optimizer.learning_rate(), rows_of(batch.rows), advice));
}

void require_finite_epoch(const records::EpochFigures& epoch) {
    if (!std::isfinite(epoch.train.loss)) {
        throw Diverged(
            fmt::format("training diverged in epoch {}: the mean loss of its steps is {} (a GPU is not asked for the "
                        "loss of each step: --device cpu names the step). Remedies: {}",
                        epoch.epoch, number(epoch.train.loss), advice));
    }
    if (std::isfinite(epoch.validation.loss)) return;
    throw Diverged(fmt::format(
        "training diverged: after epoch {} the validation loss is {}, though the losses of its steps were finite "
        "numbers. Remedies: {}",
        epoch.epoch, number(epoch.validation.loss), advice));
}

}  // namespace cellwise::learning
