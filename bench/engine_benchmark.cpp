// The kernels alone, at the tutorial's sizes: forward for training, backward, forward for inference,
// the projection's product, and Adam. Arguments: cell, threads.

#include <benchmark/benchmark.h>

#include "bench/tutorial_batch.h"
#include "engine/peak.h"
#include "engine/recurrent_pass.h"
#include "engine/updates.h"

namespace {

using namespace cellwise;
using bench::TutorialBatches;

struct Layer {
    Layer(engine::CellKind cell, int threads)
        : kind(cell), pool(threads), pass({cell, TutorialBatches::embedding, TutorialBatches::hidden, false, {}}) {
        Random random(1, "benchmark weights");
        const auto fill = [&](std::vector<float>& values, std::size_t count, double size) {
            values.resize(count);
            for (float& value : values) value = static_cast<float>(random.uniform(-size, size));
        };
        const std::size_t rows = static_cast<std::size_t>(gates()) * TutorialBatches::hidden;
        fill(table, TutorialBatches::vocabulary * TutorialBatches::embedding, 0.05);
        fill(w_ih, rows * TutorialBatches::embedding, 0.125);
        fill(w_hh, rows * TutorialBatches::hidden, 0.125);
        fill(bias, rows, 0.125);
        fill(last_gradient, TutorialBatches::batch * TutorialBatches::hidden, 0.01);
        last.resize(last_gradient.size());
        d_w_ih.resize(w_ih.size());
        d_w_hh.resize(w_hh.size());
        d_bias.resize(rows);
        d_table.resize(TutorialBatches::batch * TutorialBatches::length * TutorialBatches::embedding);
    }
    [[nodiscard]] std::int64_t gates() const {
        return kind == engine::CellKind::simple_rnn ? 1 : kind == engine::CellKind::lstm ? 4 : 3;
    }
    [[nodiscard]] engine::LayerInput input(std::size_t step) const {
        engine::LayerInput layer_input;
        layer_input.batch = TutorialBatches::batch;
        layer_input.steps = TutorialBatches::length;
        layer_input.ids32 = batches.at(step).data();
        layer_input.table = table.data();
        layer_input.vocabulary = TutorialBatches::vocabulary;
        return layer_input;
    }
    void forward(std::size_t step, bool keep) {
        pass.forward(pool, {w_ih.data(), w_hh.data(), bias.data(), nullptr}, input(step), {last.data(), nullptr}, keep);
    }
    void backward(std::size_t step) {
        pass.backward(pool, input(step), {last_gradient.data(), nullptr},
                      {d_w_ih.data(), d_w_hh.data(), d_bias.data(), nullptr, d_table.data()});
    }
    // Counts matrix products alone, without what is shared.
    void report(benchmark::State& state, int products) const {
        double gflop = 0;
        for (const auto& ids : batches.ids) gflop += TutorialBatches::work(ids).gflop(gates(), products);
        state.counters["GFLOP/s"] = benchmark::Counter(gflop / static_cast<double>(batches.ids.size()),
                                                       benchmark::Counter::kIsIterationInvariantRate);
        static constexpr double per_batch = TutorialBatches::batch * TutorialBatches::length;
        state.counters["tokens/s"] = benchmark::Counter(per_batch, benchmark::Counter::kIsIterationInvariantRate);
    }

    engine::CellKind kind;
    engine::ThreadPool pool;
    engine::RecurrentPass pass;
    TutorialBatches batches{16};
    std::vector<float> table, w_ih, w_hh, bias, last_gradient, last, d_w_ih, d_w_hh, d_bias, d_table;
};

void train(benchmark::State& state) {
    Layer layer(static_cast<engine::CellKind>(state.range(0)), static_cast<int>(state.range(1)));
    std::size_t step = 0;
    for (auto _ : state) {
        layer.forward(step, true);
        layer.backward(step++);
    }
    layer.report(state, 3);
}

void infer(benchmark::State& state) {
    Layer layer(static_cast<engine::CellKind>(state.range(0)), static_cast<int>(state.range(1)));
    std::size_t step = 0;
    for (auto _ : state) layer.forward(step++, false);
    layer.report(state, 1);
}

void adam_rows(benchmark::State& state) {
    engine::ThreadPool pool(static_cast<int>(state.range(0)));
    const engine::FusedUpdate update(pool);
    constexpr std::size_t rows = TutorialBatches::vocabulary, width = TutorialBatches::embedding;
    std::vector<float> weight(rows * width, 0.01F), first(weight), second(weight), values(2240 * width, 0.01F);
    std::vector<std::uint8_t> seen(rows, 1);
    std::vector<std::int64_t> indices(2240);
    for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = static_cast<std::int64_t>(4 * i);
    engine::AdamOptions options;
    options.rate = 0.001;
    for (auto _ : state) {
        update.adam_rows(options, weight.data(), first.data(), second.data(), rows,
                         {indices.data(), indices.size(), values.data(), width}, seen.data());
    }
}

void fma_peak(benchmark::State& state) {
    engine::ThreadPool pool(static_cast<int>(state.range(0)));
    double peak = 0;
    for (auto _ : state) peak = std::max(peak, engine::measure_fma_peak(pool));
    state.counters["GFLOP/s"] = peak;
    state.SetLabel(engine::instruction_set());
}

BENCHMARK(train)->ArgsProduct({{0, 1, 2, 3}, {1, 2}})->ArgNames({"cell", "threads"})->UseRealTime();
BENCHMARK(infer)->ArgsProduct({{0, 1, 2, 3}, {1, 2}})->ArgNames({"cell", "threads"})->UseRealTime();
BENCHMARK(adam_rows)->Arg(1)->Arg(2)->ArgName("threads")->UseRealTime();
BENCHMARK(fma_peak)->Arg(1)->Arg(2)->ArgName("threads")->UseRealTime()->Iterations(5);

}  // namespace

BENCHMARK_MAIN();
