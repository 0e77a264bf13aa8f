#include "benchmark/device_speed.h"

#include <torch/cuda.h>
#include <torch/torch.h>

#include <functional>

#include "benchmark/fused_side.h"
#include "core/stopwatch.h"
#include "data/reviews/dataset.h"
#include "learning/trainer.h"

namespace cellwise::benchmark {
namespace {

void wait_for(torch::Device device) {
    if (device.is_cuda()) torch::cuda::synchronize(device.index());
}

// The batches as a split of reviews, whose every batch is whole.
data::PaddedReviews reviews_of(const std::vector<Batch>& batches, const Shape& shape) {
    data::PaddedReviews reviews;
    reviews.length = static_cast<std::size_t>(shape.length);
    for (const auto& batch : batches) {
        reviews.ids.insert(reviews.ids.end(), batch.ids.begin(), batch.ids.end());
        reviews.labels.insert(reviews.labels.end(), batch.labels.begin(), batch.labels.end());
    }
    return reviews;
}

// Milliseconds for each batch of a round; the first round is not counted.
Timing time_rounds(std::int64_t rounds, std::size_t batches, torch::Device device, const std::function<void()>& round) {
    std::vector<double> milliseconds;
    for (std::int64_t i = 0; i <= rounds; ++i) {
        wait_for(device);
        const Stopwatch watch;
        round();
        wait_for(device);
        if (i > 0) milliseconds.push_back(1e3 * watch.seconds() / static_cast<double>(batches));
    }
    return Timing::of(milliseconds);
}

struct DeviceBatch {
    torch::Tensor ids, labels;
};

}  // namespace

models::Classifier device_classifier(Cell cell, const Shape& shape) {
    return classifier_of(cell, shape, models::Engine::torch);
}

DeviceSpeed measure_on_device(Cell cell, const Shape& shape, const std::vector<Batch>& batches, torch::Device device,
                              std::int64_t rounds) {
    DeviceSpeed speed;
    speed.cell = cell;
    speed.shape = shape;
    speed.device = device.str();
    learning::TrainingOptions options;
    options.batch_size = shape.batch_size;

    std::vector<DeviceBatch> there;
    for (const auto& batch : batches) {
        there.push_back({torch::tensor(batch.ids, torch::kInt32).view({shape.batch_size, shape.length}).to(device),
                         torch::tensor(batch.labels).to(device)});
    }
    {
        learning::Trainer trainer(device_classifier(cell, shape), options, 0, {device});
        const auto forward = [&](const DeviceBatch& batch) { return trainer.model()->forward(batch.ids); };
        const torch::NoGradGuard no_grad;
        trainer.model()->eval();
        const auto first = torch::sigmoid(forward(there.front())).cpu().contiguous();
        speed.probabilities.assign(first.const_data_ptr<float>(), first.const_data_ptr<float>() + first.numel());
        speed.forward = time_rounds(rounds, there.size(), device, [&] {
            for (const auto& batch : there) (void)forward(batch);
        });
    }
    {
        learning::Trainer trainer(device_classifier(cell, shape), options, 0, {device});
        speed.eager_train = time_rounds(rounds, there.size(), device, [&] {
            for (const auto& batch : there) {
                (void)trainer.forward_backward(batch.ids, batch.labels);
                trainer.update();
            }
        });
    }
    learning::Trainer trainer(device_classifier(cell, shape), options, 0, {device});
    if (!trainer.has_own_device()) {
        speed.why_not_recorded = "steps are recorded on GPUs alone";
        return speed;
    }
    const auto reviews = reviews_of(batches, shape);
    const auto recorded = time_rounds(rounds, there.size(), device, [&] {
        (void)trainer.continue_epoch(reviews, {});
        trainer.finish_epoch();
    });
    speed.why_not_recorded = trainer.why_not_recorded();
    if (speed.why_not_recorded.empty() && trainer.replays() > 0) speed.recorded_train = recorded;
    return speed;
}

nlohmann::ordered_json device_speed_json(const DeviceSpeed& speed) {
    const auto quartiles = [](const Timing& timing) { return nlohmann::ordered_json{timing.low, timing.high}; };
    nlohmann::ordered_json json{{"cell", cell_name(speed.cell)},
                                {"device", speed.device},
                                {"batch_size", speed.shape.batch_size},
                                {"length", speed.shape.length},
                                {"hidden_size", speed.shape.hidden_size},
                                {"eager_train_ms", speed.eager_train.median},
                                {"recorded_train_ms", nullptr},
                                {"forward_ms", speed.forward.median},
                                {"why_not_recorded", speed.why_not_recorded}};
    nlohmann::ordered_json spread{{"eager_train", quartiles(speed.eager_train)}, {"forward", quartiles(speed.forward)}};
    if (speed.recorded_train) {
        json["recorded_train_ms"] = speed.recorded_train->median;
        spread["recorded_train"] = quartiles(*speed.recorded_train);
    }
    json["quartiles_ms"] = spread;
    return json;
}

}  // namespace cellwise::benchmark
