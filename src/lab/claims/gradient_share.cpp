#include "lab/claims/gradient_share.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "lab/gradient_flow.h"
#include "learning/model_file.h"

namespace cellwise::lab {
namespace {

double median_log_share(const StepNorms& norms, std::size_t steps_back) {
    std::vector<double> logs;
    for (std::size_t row = 0; row < norms.rows; ++row) {
        const double last = norms.at(norms.steps - 1, row);
        const double before = norms.at(norms.steps - 1 - steps_back, row);
        logs.push_back(std::log10(std::max(before / last, smallest_share)));
    }
    std::sort(logs.begin(), logs.end());
    const auto half = logs.size() / 2;
    return logs.size() % 2 == 1 ? logs[half] : (logs[half - 1] + logs[half]) / 2;
}

}  // namespace

GradientShare gradient_share(const TrainingSpec& spec, const std::filesystem::path& model_file,
                             const data::PaddedReviews& batch, std::size_t steps_back) {
    models::Classifier model(spec.model, spec.seed);
    if (!model_file.empty()) learning::load_model(model, model_file);
    model->to(torch::kFloat64);
    const auto flow = gradient_flow(model, batch);
    const auto& states = flow.states.at(0);
    GradientShare share;
    share.hidden_state = median_log_share(states.hidden_state, steps_back);
    share.cell_state = states.cell_state.rows > 0 ? median_log_share(states.cell_state, steps_back)
                                                  : std::numeric_limits<double>::quiet_NaN();
    return share;
}

}  // namespace cellwise::lab
