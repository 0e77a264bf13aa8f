#include "engine/updates.h"

#include <algorithm>

#include "core/error.h"
#include "engine/chunks.h"

namespace cellwise::engine {
namespace {

// Values that one task updates, and that one partial sum of squares covers.
constexpr std::size_t chunk = 8192;
constexpr std::size_t chunk_of_rows = 128;

SgdStep as_step(const SgdOptions& options) {
    return {static_cast<float>(options.gradient_scale), static_cast<float>(options.coupled_decay),
            static_cast<float>(options.weight_scale), static_cast<float>(options.momentum),
            static_cast<float>(options.rate)};
}

}  // namespace

AdamStep as_step(const AdamOptions& options) {
    return {static_cast<float>(options.gradient_scale), static_cast<float>(options.coupled_decay),
            static_cast<float>(options.weight_scale),   static_cast<float>(1 - options.beta_1),
            static_cast<float>(options.beta_2),         static_cast<float>(1 - options.beta_2),
            static_cast<float>(options.epsilon),        static_cast<float>(options.rate)};
}

void require_ascending_rows(const RowGradient& gradient, std::size_t rows) {
    for (std::size_t i = 0; i < gradient.count; ++i) {
        if (gradient.indices[i] <= (i == 0 ? -1 : gradient.indices[i - 1]) ||
            gradient.indices[i] >= static_cast<std::int64_t>(rows)) {
            throw InternalError("a row gradient's indices must ascend and lie in the table");
        }
    }
}

void FusedUpdate::adam(const AdamOptions& options, float* weight, float* first_moment, float* second_moment,
                       const float* gradient, std::size_t count) const {
    const AdamStep step = as_step(options);
    for_chunks(pool_, count, chunk, [&](std::size_t, std::size_t first, std::size_t end) {
        kernels_.adam(step, weight + first, first_moment + first, second_moment + first, gradient + first, end - first);
    });
}

void FusedUpdate::sgd(const SgdOptions& options, float* weight, float* velocity, const float* gradient,
                      std::size_t count) const {
    const SgdStep step = as_step(options);
    for_chunks(pool_, count, chunk, [&](std::size_t, std::size_t first, std::size_t end) {
        kernels_.sgd(step, weight + first, velocity == nullptr ? nullptr : velocity + first, gradient + first,
                     end - first);
    });
}

void FusedUpdate::sgd_rows(const SgdOptions& options, float* weight, float* velocity, std::size_t rows,
                           const RowGradient& gradient, std::uint8_t* seen) const {
    require_ascending_rows(gradient, rows);
    const SgdStep step = as_step(options);
    for_chunks(pool_, rows, chunk_of_rows, [&](std::size_t, std::size_t first, std::size_t last) {
        const auto* const indices_end = gradient.indices + gradient.count;
        const auto* index = std::lower_bound(gradient.indices, indices_end, static_cast<std::int64_t>(first));
        for (std::size_t row = first; row < last; ++row) {
            const float* row_gradient = nullptr;
            if (index != indices_end && *index == static_cast<std::int64_t>(row)) {
                row_gradient = gradient.values + static_cast<std::size_t>(index - gradient.indices) * gradient.width;
                seen[row] = 1;
                ++index;
            }
            // Without velocity nothing but decay moves a row that has no gradient.
            const bool moves = row_gradient != nullptr || (velocity != nullptr && seen[row] != 0) || options.decays();
            if (!moves) continue;
            const std::size_t at = row * gradient.width;
            kernels_.sgd(step, weight + at, velocity == nullptr ? nullptr : velocity + at, row_gradient,
                         gradient.width);
        }
    });
}

double FusedUpdate::squared_norm(const float* values, std::size_t count) const {
    std::vector<double> sums((count + chunk - 1) / chunk);
    for_chunks(pool_, count, chunk, [&](std::size_t number, std::size_t first, std::size_t end) {
        sums[number] = kernels_.sum_of_squares(values + first, end - first);
    });
    double total = 0;
    for (const double sum : sums) total += sum;
    return total;
}

}  // namespace cellwise::engine
