#include "engine/peak.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "engine/kernels.h"

namespace cellwise::engine {

double measure_fma_peak(ThreadPool& pool) {
    constexpr int rounds = 12;
    constexpr std::size_t chain_rounds = 60000;
    constexpr std::size_t sink_stride = 64;
    const Kernels kernels = best_kernels();
    const auto threads = static_cast<std::size_t>(pool.size());
    std::vector<float> sinks(threads * sink_stride);
    double best = 0;
    for (int round = 0; round < rounds; ++round) {
        std::vector<double> operations(threads);
        const auto start = std::chrono::steady_clock::now();
        pool.run(threads, [&](std::size_t task, std::size_t /*worker*/) {
            operations[task] = kernels.multiply_add_chains(chain_rounds, sinks.data() + task * sink_stride);
        });
        const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
        double sum = 0;
        for (const double part : operations) sum += part;
        best = std::max(best, sum / time.count() / 1e9);
    }
    return best;
}

const char* instruction_set() { return best_kernels().name; }

}  // namespace cellwise::engine
