// The kernels alone, at the tutorial's sizes: forward for training, backward, forward for inference,
// the projection's product, and Adam. Arguments: cell, threads.

#include <benchmark/benchmark.h>

#include "benchmark/batches.h"
#include "core/random.h"
#include "engine/deferred_adam.h"
#include "engine/peak.h"
#include "engine/recurrent_pass.h"
#include "engine/updates.h"

namespace {

namespace engine = cellwise::engine;
using cellwise::Random;
using cellwise::benchmark::Batch;
using cellwise::benchmark::Shape;

const Shape shape;  // the tutorial's
constexpr std::size_t batch_count = 16;

std::vector<float> random_values(std::int64_t count, double size) {
    static Random random(1, "benchmark weights");
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) value = static_cast<float>(random.uniform(-size, size));
    return values;
}

struct Layer {
    Layer(engine::CellKind cell, int threads)
        : kind(cell),
          pool(threads),
          pass({cell,
                static_cast<std::size_t>(shape.embedding_size),
                static_cast<std::size_t>(shape.hidden_size),
                false,
                {}}),
          batches(cellwise::benchmark::generated_batches(shape, batch_count)),
          table(random_values(shape.vocabulary_size * shape.embedding_size, 0.05)),
          w_ih(random_values(gate_rows() * shape.embedding_size, 0.125)),
          w_hh(random_values(gate_rows() * shape.hidden_size, 0.125)),
          bias(random_values(gate_rows(), 0.125)),
          last_gradient(random_values(shape.batch_size * shape.hidden_size, 0.01)),
          last(last_gradient),
          d_w_ih(w_ih),
          d_w_hh(w_hh),
          d_bias(bias),
          d_table(static_cast<std::size_t>(shape.batch_size * shape.length * shape.embedding_size)) {}

    [[nodiscard]] cellwise::Cell cell() const {
        return kind == engine::CellKind::simple_rnn ? cellwise::Cell::simple_rnn
               : kind == engine::CellKind::lstm     ? cellwise::Cell::lstm
                                                    : cellwise::Cell::gru;
    }
    [[nodiscard]] std::int64_t gate_rows() const { return cellwise::gate_count(cell()) * shape.hidden_size; }
    [[nodiscard]] engine::LayerInput input(std::size_t step) const {
        engine::LayerInput layer_input;
        layer_input.batch = static_cast<std::size_t>(shape.batch_size);
        layer_input.steps = static_cast<std::size_t>(shape.length);
        layer_input.ids32 = batches[step % batch_count].ids.data();
        layer_input.table = table.data();
        layer_input.vocabulary = static_cast<std::size_t>(shape.vocabulary_size);
        return layer_input;
    }
    void forward(std::size_t step, bool keep) {
        pass.forward(pool, {w_ih.data(), w_hh.data(), bias.data(), nullptr}, input(step), {last.data(), nullptr}, keep);
    }
    void backward(std::size_t step) {
        pass.backward(pool, input(step), {last_gradient.data(), nullptr},
                      {d_w_ih.data(), d_w_hh.data(), d_bias.data(), nullptr, d_table.data()});
    }
    void report(benchmark::State& state, int products) const {
        const auto work = cellwise::benchmark::work_of(batches, shape);
        const auto rate = benchmark::Counter::kIsIterationInvariantRate;
        state.counters["GFLOP/s"] = benchmark::Counter(work.gflop(cell(), shape, products), rate);
        state.counters["words/s"] = benchmark::Counter(work.positions, rate);
    }

    engine::CellKind kind;
    engine::ThreadPool pool;
    engine::RecurrentPass pass;
    std::vector<Batch> batches;
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

// A step over a vocabulary of which a batch reads a quarter, another one each time.
void deferred_adam(benchmark::State& state) {
    engine::ThreadPool pool(static_cast<int>(state.range(0)));
    engine::DeferredAdam update(pool);
    const auto rows = static_cast<std::size_t>(shape.vocabulary_size);
    const auto width = static_cast<std::size_t>(shape.embedding_size);
    std::vector<float> weight(rows * width, 0.01F), first(weight), second(weight), values(rows / 4 * width, 0.01F);
    std::vector<std::uint8_t> seen(rows, 1);
    const engine::DeferredAdam::Table table{weight.data(), first.data(), second.data(), seen.data(), rows, width};
    std::vector<std::int64_t> indices(rows / 4);
    engine::AdamOptions options;
    options.rate = 0.001;
    std::int64_t turn = 0;
    for (auto _ : state) {
        for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = static_cast<std::int64_t>(4 * i) + turn % 4;
        ++turn;
        update.catch_up(table, indices.data(), indices.size());
        update.step(options, table, {indices.data(), indices.size(), values.data(), width});
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
BENCHMARK(deferred_adam)->Arg(1)->Arg(2)->ArgName("threads")->UseRealTime();
BENCHMARK(fma_peak)->Arg(1)->Arg(2)->ArgName("threads")->UseRealTime()->Iterations(5);

}  // namespace

BENCHMARK_MAIN();
