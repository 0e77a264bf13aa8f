#include "lab/claims/step_times.h"

#include <torch/torch.h>

#include <algorithm>
#include <memory>

#include "core/random.h"
#include "core/stopwatch.h"
#include "lab/claims/training_job.h"
#include "learning/batches.h"
#include "learning/examples.h"
#include "learning/optimizer.h"
#include "learning/trainer.h"
#include "statistics/median.h"

namespace cellwise::lab {
namespace {

double milliseconds_of(learning::Trainer& trainer, const torch::Tensor& ids, const torch::Tensor& labels) {
    const Stopwatch watch;
    (void)trainer.forward_backward(ids, labels);
    trainer.update();
    return 1000 * watch.seconds();
}

}  // namespace

std::vector<double> step_times(Laboratory& lab, const std::vector<Cell>& cells, std::uint64_t seed,
                               std::int64_t steps) {
    // Each engine has all threads; while a trainer of the fused one lives LibTorch has one.
    const int threads = at::get_num_threads();
    std::vector<models::Classifier> models;
    std::vector<std::unique_ptr<learning::Trainer>> trainers;
    std::int64_t batch_size = 0;
    for (const auto engine : {models::Engine::fused, models::Engine::torch}) {
        for (const Cell cell : cells) {
            auto spec = lab.tutorial(cell, seed);
            spec.model.engine = engine;
            models.emplace_back(spec.model, seed);
            models.back()->set_threads(threads);
            batch_size = spec.training.batch_size;
        }
    }
    for (std::size_t i = 0; i < models.size(); ++i) {
        const auto training = lab.tutorial(cells[i % cells.size()], seed).training;
        trainers.push_back(std::make_unique<learning::Trainer>(models[i], training, seed));
    }
    const learning::Examples examples(lab.padded(lab.tutorial(cells[0], seed).reviews, false));
    Random order(seed, "order");
    const auto batches = learning::shuffled_batches(examples, batch_size, order);
    std::vector<std::unique_ptr<learning::Optimizer::Deferral>> deferrals;  // as an epoch has it
    for (const auto& trainer : trainers) {
        deferrals.push_back(std::make_unique<learning::Optimizer::Deferral>(trainer->optimizer()));
    }
    std::vector<std::vector<double>> times(trainers.size());
    for (std::int64_t step = 0; step <= steps; ++step) {
        const auto& batch = batches[static_cast<std::size_t>(step) % batches.size()];
        const auto ids = examples.inputs.index_select(0, batch);
        const auto labels = examples.labels.index_select(0, batch);
        for (std::size_t i = 0; i < trainers.size(); ++i) {
            at::set_num_threads(models[i]->pool() ? 1 : threads);
            (void)milliseconds_of(*trainers[i], ids, labels);  // a change of LibTorch's threads costs its next step
            const double time = milliseconds_of(*trainers[i], ids, labels);
            if (step > 0) times[i].push_back(time);
        }
    }
    deferrals.clear();
    trainers.clear();
    at::set_num_threads(threads);
    std::vector<double> medians;
    for (const auto& of_trainer : times) medians.push_back(statistics::median(of_trainer));
    return medians;
}

ParameterCount count_parameters(const models::ClassifierOptions& options) {
    const models::Classifier model(options);
    ParameterCount count;
    count.all = static_cast<double>(model->parameter_count());
    for (const auto& variable : model->variables()) {
        if (variable.name.starts_with("recurrent_")) count.recurrent += static_cast<double>(variable.value.numel());
    }
    return count;
}

}  // namespace cellwise::lab
