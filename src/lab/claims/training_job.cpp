#include "lab/claims/training_job.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/stopwatch.h"
#include "data/reviews/corpus_builder.h"
#include "learning/device.h"
#include "learning/examples.h"
#include "learning/model_file.h"
#include "learning/trainer.h"

namespace cellwise::lab {
namespace {

// Steps whose mean loss stands for "where training is": 640 reviews at the tutorial's batch size.
constexpr std::size_t steps_in_a_mean = 10;

// Thrown out of an epoch whose loss is not a number any more; caught by the training it ends.
struct GaveUp {};

// The batches' own losses from the running means that an epoch reports.
class BatchLosses {
public:
    BatchLosses(std::int64_t reviews, std::int64_t batch_size) : reviews_(reviews), batch_size_(batch_size) {}

    void add(const records::Progress& progress) {
        if (progress.step == 1) sum_ = 0;
        const auto seen = std::min(progress.step * batch_size_, reviews_);
        const auto rows = seen - (progress.step - 1) * batch_size_;
        const double sum = progress.running->loss * static_cast<double>(seen);
        if (!std::isfinite(sum)) throw GaveUp{};
        losses_.push_back((sum - sum_) / static_cast<double>(rows));
        sum_ = sum;
    }
    [[nodiscard]] const std::vector<double>& all() const { return losses_; }
    [[nodiscard]] double mean_of_first(std::size_t count) const {
        double sum = 0;
        for (std::size_t i = 0; i < count; ++i) sum += losses_[i];
        return sum / static_cast<double>(count);
    }

private:
    std::int64_t reviews_, batch_size_;
    double sum_ = 0;
    std::vector<double> losses_;
};

void measure_kernels(const models::Classifier& model, TrainingOutcome& outcome) {
    double squares = 0;
    for (const auto& variable : model->variables()) {
        if (!variable.is_kernel) continue;
        const auto value = variable.value.detach();
        squares += value.square().sum(torch::kFloat64).item<double>();
        outcome.kernel_values += value.numel();
        outcome.kernel_zeros += (value == 0).sum().item<std::int64_t>();
    }
    outcome.kernel_norm = std::sqrt(squares);
}

void scale_recurrent_kernel(models::Classifier& model, double factor) {
    const torch::NoGradGuard no_grad;
    for (auto& layer : model->recurrent) {
        for (std::int64_t direction = 0; direction < layer->directions(); ++direction) {
            layer->weights(direction).recurrent.mul_(factor);
        }
    }
}

double first_gradient_norm(learning::Trainer& trainer, const data::PaddedReviews& reviews, std::int64_t batch_size) {
    const learning::Examples examples(reviews);
    const auto rows = std::min(batch_size, examples.rows());
    (void)trainer.forward_backward(examples.inputs.narrow(0, 0, rows), examples.labels.narrow(0, 0, rows));
    return trainer.optimizer().gradient_norm();
}

data::PaddedReviews part_of(const data::PaddedReviews& all, std::size_t first, std::size_t count) {
    data::PaddedReviews part;
    part.length = all.length;
    const auto row = [&](std::size_t index) {
        return all.ids.begin() + static_cast<std::ptrdiff_t>(index * all.length);
    };
    part.ids.assign(row(first), row(first + count));
    const auto label = all.labels.begin() + static_cast<std::ptrdiff_t>(first);
    part.labels.assign(label, label + static_cast<std::ptrdiff_t>(count));
    return part;
}

}  // namespace

double sum_of_rises(const std::vector<double>& values, std::size_t window) {
    double rises = 0;
    double last = 0;
    for (std::size_t start = 0; start + window <= values.size(); start += window) {
        double sum = 0;
        for (std::size_t i = start; i < start + window; ++i) sum += values[i];
        const double mean = sum / static_cast<double>(window);
        if (start > 0) rises += std::max(0.0, mean - last);
        last = mean;
    }
    return rises;
}

TrainingData make_synthetic(const SyntheticChoice& choice, std::uint64_t seed, std::int64_t length,
                            std::int64_t vocabulary_size) {
    auto options = choice.corpus;
    options.seed = seed;
    data::CorpusBuilder builder;
    const auto add = [&](std::vector<data::LabelledText>& texts, bool is_test) {
        for (auto& review : texts) builder.add({is_test, review.is_positive, "", std::move(review.text)});
    };
    auto texts = data::synthetic_texts(options);
    add(texts.train, false);
    add(texts.test, true);
    for (const auto distance : choice.probe_distances) {
        auto probe = options;
        // Another seed, so that a probe holds none of the training reviews' words by construction.
        probe.seed = seed + 1'000'003 * static_cast<std::uint64_t>(distance + 1);
        probe.train_reviews = 1;
        probe.min_cue_distance = probe.max_cue_distance = distance;
        auto probe_texts = data::synthetic_texts(probe);
        add(probe_texts.test, true);
    }
    auto prepared = builder.finish({}, data::CorpusBuilder::Order::as_added);
    data::cut_vocabulary(prepared.train, vocabulary_size);
    data::cut_vocabulary(prepared.test, vocabulary_size);
    const auto width = static_cast<std::size_t>(length);
    const auto all_tests = data::pad(prepared.test, width);
    const auto count = static_cast<std::size_t>(options.test_reviews);
    TrainingData data{data::pad(prepared.train, width), part_of(all_tests, 0, count), {}};
    for (std::size_t i = 1; i <= choice.probe_distances.size(); ++i) {
        data.probes.push_back(part_of(all_tests, i * count, count));
    }
    return data;
}

TrainingOutcome run_training(const TrainingSpec& spec, const data::PaddedReviews& train,
                             const data::PaddedReviews& test, const std::vector<data::PaddedReviews>& probes,
                             const std::filesystem::path& model_file) {
    const Stopwatch watch;
    models::Classifier model(spec.model, spec.seed);
    if (spec.recurrent_scale != 1) scale_recurrent_kernel(model, spec.recurrent_scale);
    learning::Trainer trainer(model, spec.training, spec.seed, {torch::kCPU, 1});

    TrainingOutcome outcome;
    outcome.parameters = model->parameter_count();
    if (spec.first_gradient)
        outcome.first_gradient_norm = first_gradient_norm(trainer, train, spec.training.batch_size);

    BatchLosses losses(static_cast<std::int64_t>(train.size()), spec.training.batch_size);
    try {
        for (std::int64_t epoch = 0; epoch < spec.training.epochs; ++epoch) {
            (void)trainer.train_epoch(train, [&](const records::Progress& progress) { losses.add(progress); });
            if (epoch == 0) outcome.first_epoch_loss = losses.mean_of_first(losses.all().size());
        }
    } catch (const GaveUp&) {
        outcome.diverged = true;
    }
    outcome.loss_rises = sum_of_rises(losses.all(), steps_in_a_mean);
    measure_kernels(model, outcome);
    const auto tested = trainer.evaluate(test);
    outcome.test_loss = tested.loss;
    outcome.test_accuracy = tested.accuracy;
    if (spec.test_on_training) {
        const auto again = trainer.evaluate(train);
        outcome.train_loss = again.loss;
        outcome.train_accuracy = again.accuracy;
    }
    for (const auto& probe : probes) outcome.probe_accuracies.push_back(trainer.evaluate(probe).accuracy);
    if (spec.keep_model && !outcome.diverged) {
        learning::save_model(model, model_file);
        outcome.model_file = model_file.filename().string();
    }
    outcome.seconds = watch.seconds();
    return outcome;
}

std::int64_t usable_threads(std::int64_t threads) {
    const auto usable = learning::set_threads(threads);
    return usable;
}

void compute_alone() { (void)learning::set_threads(1); }

}  // namespace cellwise::lab
