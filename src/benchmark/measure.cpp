#include "benchmark/measure.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <optional>

#include "benchmark/fused_side.h"
#include "benchmark/torch_model.h"
#include "core/error.h"
#include "core/log.h"
#include "core/processor.h"
#include "core/stopwatch.h"
#include "engine/peak.h"
#include "learning/device.h"

namespace cellwise::benchmark {
namespace {

constexpr std::size_t batch_count = 32;  // different batches, taken in turn
constexpr int torch_per_round = 2;

// The torch side of a measurement.
class TorchSide {
public:
    TorchSide(FusedSide& fused, int threads) : fused_(fused), model_(fused.model()), threads_(threads) {
        const torch::NoGradGuard no_grad;
        const auto& batch = fused.first_batch();
        if (!fused.first_probabilities().allclose(torch::sigmoid(logits(batch)), 1e-4, 2e-5)) {
            throw CheckFailed("the fused engine and torch::nn predict differently from the same weights");
        }
    }

    void run() {
        at::set_num_threads(threads_);
        repeat(
            torch_per_round,
            [&] {
                const auto& batch = fused_.next();
                const Stopwatch watch;
                if (batch.vectors.defined()) {
                    model_.differentiate(batch.vectors, batch.float_labels);
                } else {
                    model_.train(batch.ids, batch.float_labels);
                }
                return watch.seconds();
            },
            train_);
        const torch::NoGradGuard no_grad;
        repeat(
            torch_per_round,
            [&] {
                const auto& batch = fused_.next();
                const Stopwatch watch;
                (void)logits(batch);
                return watch.seconds();
            },
            forward_);
        at::set_num_threads(1);  // as the trainer of the fused side has it
    }

    [[nodiscard]] benchmark::Timing train() const { return benchmark::Timing::of(train_); }
    [[nodiscard]] benchmark::Timing forward() const { return benchmark::Timing::of(forward_); }

private:
    torch::Tensor logits(const TensorBatch& batch) {
        return batch.vectors.defined() ? model_.forward_embedded(batch.vectors) : model_.forward(batch.ids);
    }

    FusedSide& fused_;
    TorchModel model_;
    int threads_;
    std::vector<double> train_, forward_;
};

void check_sizes(const char* flag, const std::vector<std::int64_t>& values, std::int64_t most) {
    if (values.empty()) throw UsageError(fmt::format("{} names no size", flag));
    for (const auto value : values) {
        if (value < 1 || value > most) throw UsageError(fmt::format("{} {} must be 1 to {}", flag, value, most));
    }
}

benchmark::CellSpeed measure(Cell cell, const Shape& shape, const BatchSource& source, const SpeedOptions& options,
                             benchmark::SpeedRecord& record) {
    log::detail(fmt::format("measuring {}: batch {}, length {}, hidden size {}", cell_title(cell), shape.batch_size,
                            shape.length, shape.hidden_size));
    const auto batches = source.batches(shape, batch_count);
    const auto threads = static_cast<int>(record.threads);
    FusedSide fused(cell, shape, batches, threads, options.phases, options.precision);
    std::optional<TorchSide> torch;
    if (options.with_torch) torch.emplace(fused, threads);
    engine::ThreadPool peak_pool(threads);
    for (std::int64_t round = 0; round < options.rounds; ++round) {
        fused.run();
        record.fma_peak_gflops = std::max(record.fma_peak_gflops, engine::measure_fma_peak(peak_pool));
        if (torch) torch->run();
    }
    const Work work = work_of(batches, shape);
    benchmark::CellSpeed speed;
    speed.cell = cell;
    speed.batch_size = shape.batch_size;
    speed.length = shape.length;
    speed.hidden_size = shape.hidden_size;
    speed.embedding_size = shape.embedding_size;
    speed.fused_train = fused.train();
    speed.fused_forward = fused.forward();
    if (torch) {
        speed.torch_train = torch->train();
        speed.torch_forward = torch->forward();
    }
    speed.reduced_gflop = work.gflop(cell, shape, 3);
    speed.tokens = work.positions;
    speed.phases = fused.phases(work);
    return speed;
}

}  // namespace

std::vector<Shape> SpeedOptions::shapes() const {
    std::vector<Shape> shapes;
    for (const auto batch_size : batch_sizes) {
        for (const auto length : lengths) {
            for (const auto hidden_size : hidden_sizes) {
                for (const auto embedding_size : embedding_sizes) {
                    shapes.push_back({batch_size, length, embedding_size, hidden_size, data.vocabulary_size, layers,
                                      bidirectional, reads_vectors});
                }
            }
        }
    }
    return shapes;
}

void SpeedOptions::validate() const {
    if (cells.empty()) throw UsageError("--cells names no cell");
    check_sizes("--batch-size", batch_sizes, 4096);
    check_sizes("--length", lengths, 10000);
    check_sizes("--hidden-size", hidden_sizes, 2048);
    check_sizes("--embedding-size", embedding_sizes, 4096);
    check_sizes("--layers", {layers}, 16);
    check_sizes("--rounds", {rounds}, 100000);
    if (threads < 0 || threads > 1024) throw UsageError("--threads must be 0 (all) to 1024");
    if (phases && !is_plain()) throw UsageError("--phases shows one layer that reads words in one direction");
    learning::require_precision(precision, models::Engine::fused, torch::kCPU);
}

BatchSource::BatchSource(data::DataOptions options) {
    options.offline = true;
    dataset_ = data::load_dataset(options);
}

std::vector<Batch> BatchSource::batches(const Shape& shape, std::size_t count) const {
    if (generated()) return generated_batches(shape, count);
    return batches_of(padded_train(shape.length), shape, count);
}

data::PaddedReviews BatchSource::padded_train(std::int64_t length) const {
    return data::pad(dataset_.train, static_cast<std::size_t>(length));
}

data::PaddedReviews BatchSource::padded_test(std::int64_t length) const {
    return data::pad(dataset_.test, static_cast<std::size_t>(length));
}

std::string BatchSource::description() const {
    if (generated()) return "generated ids with the frequencies of real reviews (no reviews were found)";
    return "reviews of " + dataset_.source.path;
}

benchmark::SpeedRecord measure_speed(const SpeedOptions& options) {
    options.validate();
    const BatchSource source(options.data);
    const auto threads = static_cast<int>(learning::set_threads(options.threads));
    benchmark::SpeedRecord record;
    record.processor = processor_with_count();
    record.instruction_set = engine::instruction_set();
    record.threads = threads;
    record.rounds = options.rounds;
    record.precision = learning::precision_name(options.precision);
    record.layers = options.layers;
    record.bidirectional = options.bidirectional;
    record.input = options.reads_vectors ? "vectors" : "words";
    record.data = source.description();
    record.generated = source.generated();
    for (const Cell cell : options.cells) {
        for (const Shape& shape : options.shapes())
            record.cells.push_back(measure(cell, shape, source, options, record));
    }
    return record;
}

}  // namespace cellwise::benchmark
