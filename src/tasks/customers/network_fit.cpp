#include "tasks/customers/network_fit.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/error.h"
#include "core/random.h"
#include "learning/device.h"
#include "learning/optimizer.h"

namespace cellwise::customers {
namespace {

/// A wide table is read in so many steps: neighbours share one.
constexpr std::size_t most_steps = 64;

/// The step that reads each feature: one for each column of the table.
std::vector<std::int64_t> steps_of(const TrainingRows& rows) {
    std::vector<std::int64_t> steps;
    for (std::size_t j = 0; j < rows.features.columns; ++j) {
        const bool is_new = j == 0 || rows.sources.empty() || rows.sources[j] != rows.sources[j - 1];
        steps.push_back(steps.empty() ? 0 : steps.back() + (is_new ? 1 : 0));
    }
    const auto count = static_cast<std::size_t>(steps.back()) + 1;
    if (count <= most_steps) return steps;
    for (auto& step : steps) step = step * static_cast<std::int64_t>(most_steps) / static_cast<std::int64_t>(count);
    return steps;
}

models::TableNetworkOptions network_options(models::TableArchitecture architecture, const TrainingRows& rows,
                                            const NetworkSettings& settings) {
    models::TableNetworkOptions options;
    options.architecture = architecture;
    options.features = static_cast<std::int64_t>(rows.features.columns);
    if (architecture != models::TableArchitecture::mlp) options.steps = steps_of(rows);
    options.outputs = rows.objective == Objective::multiclass ? static_cast<std::int64_t>(rows.classes) : 1;
    options.step_size = settings.step_size;
    options.hidden_size = settings.hidden_size;
    options.dropout = settings.dropout;
    return options;
}

/// All training rows as tensors.
struct Examples {
    torch::Tensor features;  // float32 [rows, columns]
    torch::Tensor targets;   // float32 [rows], or int64 classes beyond two
    torch::Tensor weights;   // float32 [rows], 1 on average; undefined: all the same
};

Examples examples_of(const TrainingRows& rows, const NetworkScaling& scaling) {
    const auto count = static_cast<std::int64_t>(rows.features.rows);
    Examples examples;
    const auto scaled = scaling.scaled(rows.features);
    examples.features = torch::tensor(scaled).view({count, static_cast<std::int64_t>(rows.features.columns)});
    std::vector<double> targets(rows.targets.begin(), rows.targets.end());
    for (auto& target : targets) target = (target - scaling.target_centre) / scaling.target_scale;
    examples.targets = torch::tensor(targets, torch::kFloat64)
                           .to(rows.objective == Objective::multiclass ? torch::kInt64 : torch::kFloat32);
    if (rows.weights.empty()) return examples;
    const std::vector<double> weights(rows.weights.begin(), rows.weights.end());
    const double mean = std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(weights.size());
    examples.weights = (torch::tensor(weights, torch::kFloat64) / mean).to(torch::kFloat32);
    return examples;
}

/// outputs: [batch, outputs]. A scalar.
torch::Tensor loss_of(const torch::Tensor& outputs, const Examples& batch, Objective objective) {
    torch::Tensor losses;  // [batch]
    switch (objective) {
        case Objective::regression:
            losses = (outputs.squeeze(1) - batch.targets).square();
            break;
        case Objective::binary:
            losses =
                torch::binary_cross_entropy_with_logits(outputs.squeeze(1), batch.targets, {}, {}, at::Reduction::None);
            break;
        case Objective::multiclass:
            losses = torch::cross_entropy_loss(outputs, batch.targets, {}, at::Reduction::None);
            break;
    }
    return batch.weights.defined() ? (losses * batch.weights).mean() : losses.mean();
}

Examples batch_of(const Examples& examples, const torch::Tensor& rows) {
    return {examples.features.index_select(0, rows), examples.targets.index_select(0, rows),
            examples.weights.defined() ? examples.weights.index_select(0, rows) : torch::Tensor()};
}

learning::TrainingOptions training_options(const NetworkSettings& settings) {
    learning::TrainingOptions options;
    options.learning_rate = settings.learning_rate;
    options.weight_decay = settings.weight_decay;
    options.weight_decay_mode = learning::WeightDecayMode::decoupled;
    options.global_clip_norm = 1;
    return options;
}

void train(models::TableNetworkImpl& network, const Examples& examples, Objective objective,
           const NetworkSettings& settings, std::uint64_t seed, const std::shared_ptr<engine::ThreadPool>& pool,
           const StopToken& stop) {
    const auto rows = examples.features.size(0);
    const auto size = std::min(settings.batch_size, std::max<std::int64_t>(16, rows / 20));
    const auto batches = (rows + size - 1) / size;
    const auto steps = std::min(settings.epochs * batches, settings.max_steps);
    learning::Optimizer optimizer(network.variables(), training_options(settings), pool);
    Random random(seed, "order");
    auto order = torch::arange(rows);
    network.train();
    for (std::int64_t step = 0; step < steps; ++step) {
        const auto batch = step % batches;
        if (batch == 0) {
            if (stop.requested()) throw Interrupted(exit_code_of_stop(stop.cause()), "stopped; nothing was kept");
            random.shuffle(std::span(order.data_ptr<std::int64_t>(), static_cast<std::size_t>(rows)));
        }
        const double done = static_cast<double>(step) / static_cast<double>(steps);
        optimizer.set_learning_rate(settings.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * done)));
        const auto begin = rows * batch / batches, end = rows * (batch + 1) / batches;
        const auto chosen = batch_of(examples, order.narrow(0, begin, end - begin));
        optimizer.zero_gradients();
        loss_of(network.forward(chosen.features), chosen, objective).backward();
        optimizer.step();
    }
    network.eval();
}

}  // namespace

std::unique_ptr<NetworkModel> fit_network(models::TableArchitecture architecture, const TrainingRows& rows,
                                          const NetworkSettings& settings, std::uint64_t seed) {
    const learning::ComputeScope one(1, learning::Denormals::kept);
    auto scaling = NetworkScaling::of(rows);
    const auto network = models::make_table_network(network_options(architecture, rows, settings), seed);
    const auto pool = engine::make_pool(1);
    network->compute_with(pool);
    train(*network, examples_of(rows, scaling), rows.objective, settings, seed, pool, rows.stop);
    for (const auto& weight : network->parameters()) {
        if (weight.isfinite().all().item<bool>()) continue;
        const auto name = models::table_architecture_name(architecture);
        throw DataError(
            fmt::format("the training of {} diverged: its weights are no numbers any more\n"
                        "a smaller rate may help: --set {}.learning_rate={}",
                        name, name, settings.learning_rate / 10));
    }
    return std::make_unique<NetworkModel>(network, std::move(scaling), rows.objective);
}

}  // namespace cellwise::customers
