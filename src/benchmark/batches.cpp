#include "benchmark/batches.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/random.h"

namespace cellwise::benchmark {
namespace {

constexpr std::int32_t start_id = 1, unknown_id = 2, first_word_id = 4;

Work work_of(const Batch& batch, const Shape& shape) {
    Work work;
    if (shape.reads_vectors) {
        work.distinct = work.positions = static_cast<double>(shape.batch_size * shape.length);
        return work;
    }
    std::vector<bool> seen(static_cast<std::size_t>(shape.vocabulary_size));
    const auto length = static_cast<std::size_t>(shape.length);
    for (std::size_t first = 0; first < batch.ids.size(); first += length) {
        bool padding = true;
        for (std::size_t t = first; t < first + length; ++t) {
            const auto id = static_cast<std::size_t>(batch.ids[t]);
            padding = padding && id == 0;
            work.positions += padding ? 0 : 1;
            work.distinct += seen[id] ? 0 : 1;
            seen[id] = true;
        }
    }
    return work;
}

}  // namespace

std::vector<Batch> batches_of(const data::PaddedReviews& reviews, const Shape& shape, std::size_t count) {
    const auto rows = static_cast<std::size_t>(shape.batch_size);
    if (reviews.size() < rows) {
        throw UsageError("--batch-size " + std::to_string(rows) + " is more than the " +
                         std::to_string(reviews.size()) + " reviews there are");
    }
    std::vector<Batch> batches(count);
    std::size_t next = 0;
    for (Batch& batch : batches) {
        if (next + rows > reviews.size()) next = 0;
        for (const std::size_t end = next + rows; next < end; ++next) {
            const auto row = reviews.row(next);
            batch.ids.insert(batch.ids.end(), row.begin(), row.end());
            batch.labels.push_back(reviews.labels[next]);
        }
    }
    return batches;
}

std::vector<Batch> generated_batches(const Shape& shape, std::size_t count) {
    Random random(1, "benchmark batches");
    std::vector<double> cumulative(static_cast<std::size_t>(std::max<std::int64_t>(1, shape.vocabulary_size - 4)));
    double total = 0;
    for (std::size_t rank = 0; rank < cumulative.size(); ++rank) {
        total += 1 / std::pow(static_cast<double>(rank) + 2.7, 1.13);
        cumulative[rank] = total;
    }
    const auto any_word = [&] {
        if (random.uniform() < 0.09) return unknown_id;  // outside the vocabulary
        const auto place = std::lower_bound(cumulative.begin(), cumulative.end(), random.uniform() * total);
        return static_cast<std::int32_t>(place - cumulative.begin()) + first_word_id;
    };
    std::vector<Batch> batches(count);
    for (Batch& batch : batches) {
        for (std::int64_t row = 0; row < shape.batch_size; ++row) {
            // Two fifths of the reviews are shorter than 200 words, most of them over half of that.
            const double share = random.uniform() < 0.43 ? 0.68 * std::sqrt(random.uniform()) : 0;
            const auto padding = static_cast<std::int64_t>(share * static_cast<double>(shape.length));
            for (std::int64_t t = 0; t < shape.length; ++t) {
                batch.ids.push_back(t < padding ? 0 : t == padding ? start_id : any_word());
            }
            batch.labels.push_back(static_cast<std::uint8_t>(random.below(2)));
        }
    }
    return batches;
}

double Work::projection_gflop(Cell cell, const Shape& shape, int products) const {
    const auto outputs = static_cast<double>(shape.directions() * gate_count(cell) * shape.hidden_size);
    const auto deeper = positions * static_cast<double>((shape.layers - 1) * shape.directions() * shape.hidden_size);
    return 2e-9 * (distinct * static_cast<double>(shape.embedding_size) + deeper) * outputs * products;
}

double Work::recurrent_gflop(Cell cell, const Shape& shape, int products) const {
    const auto passes = shape.layers * shape.directions();
    return 2e-9 * positions * static_cast<double>(passes * shape.hidden_size * gate_count(cell) * shape.hidden_size) *
           products;
}

double Work::gflop(Cell cell, const Shape& shape, int products) const {
    return projection_gflop(cell, shape, products) + recurrent_gflop(cell, shape, products);
}

Work work_of(const std::vector<Batch>& batches, const Shape& shape) {
    Work mean;
    for (const Batch& batch : batches) {
        const Work one = work_of(batch, shape);
        mean.distinct += one.distinct / static_cast<double>(batches.size());
        mean.positions += one.positions / static_cast<double>(batches.size());
    }
    return mean;
}

}  // namespace cellwise::benchmark
