#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "engine/deferred_adam.h"
#include "engine/updates.h"

namespace cellwise::engine {
namespace {

std::vector<float> random_values(Random& random, std::size_t count, double size) {
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(random.uniform(-size, size));
    return values;
}

// The optimizers' rules in float64, one dense weight at a time.
struct Truth {
    std::vector<double> weight, first, second;

    void adam(const AdamOptions& options, const std::vector<double>& gradient) {
        for (std::size_t i = 0; i < weight.size(); ++i) {
            const double g = gradient[i] * options.gradient_scale + options.coupled_decay * weight[i];
            first[i] = options.beta_1 * first[i] + (1 - options.beta_1) * g;
            second[i] = options.beta_2 * second[i] + (1 - options.beta_2) * g * g;
            weight[i] *= options.weight_scale;
            weight[i] -= options.rate * first[i] / (std::sqrt(second[i]) + options.epsilon);
        }
    }
    void sgd(const SgdOptions& options, const std::vector<double>& gradient) {
        for (std::size_t i = 0; i < weight.size(); ++i) {
            const double g = gradient[i] * options.gradient_scale + options.coupled_decay * weight[i];
            first[i] = options.momentum * first[i] - options.rate * g;
            weight[i] = weight[i] * options.weight_scale + first[i];
        }
    }
};

// Weights are of size 1 and steps of size `rate`, so an error is judged by the way that was gone.
void expect_near(const std::vector<float>& got, const std::vector<double>& truth, double tolerance) {
    for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(static_cast<double>(got[i]), truth[i], tolerance) << i;
}

struct Variant {
    double scale, coupled, weight_scale, momentum;
};
constexpr Variant variants[] = {{1, 0, 1, 0.9}, {0.37, 0, 1, 0}, {1, 0.01, 1, 0.5}, {0.8, 0.002, 0.999, 0.9}};

class EngineUpdates : public testing::Test {
protected:
    static constexpr std::size_t rows = 517, width = 23;

    // Steps with row gradients of some rows, among them ever the same untouched ones.
    template <class Step>
    void run_rows(const Step& step) {
        for (int t = 1; t <= 60; ++t) {
            std::vector<std::int64_t> indices;
            for (std::size_t row = 0; row < rows / 2; ++row) {
                if (random.below(5) == 0) indices.push_back(static_cast<std::int64_t>(row));
            }
            const auto values = random_values(random, indices.size() * width, t % 7 == 0 ? 10 : 0.1);
            std::vector<double> dense(rows * width, 0);
            for (std::size_t i = 0; i < indices.size(); ++i) {
                for (std::size_t k = 0; k < width; ++k) {
                    dense[static_cast<std::size_t>(indices[i]) * width + k] =
                        static_cast<double>(values[i * width + k]);
                }
            }
            step(t, RowGradient{indices.data(), indices.size(), values.data(), width}, dense);
        }
    }
    void start() {
        weight = random_values(random, rows * width, 1);
        first.assign(weight.size(), 0);
        second.assign(weight.size(), 0);
        seen.assign(rows, 0);
        truth = {
            {weight.begin(), weight.end()}, std::vector<double>(weight.size()), std::vector<double>(weight.size())};
    }

    DeferredAdam::Table table() { return {weight.data(), first.data(), second.data(), seen.data(), rows, width}; }

    Random random{11, "updates"};
    ThreadPool pool{2};
    FusedUpdate update{pool};
    std::vector<float> weight, first, second;
    std::vector<std::uint8_t> seen;
    Truth truth;
};

AdamOptions adam_options(const Variant& variant, int t) {
    AdamOptions options;
    options.gradient_scale = variant.scale;
    options.coupled_decay = variant.coupled;
    options.weight_scale = variant.weight_scale;
    options.rate = 0.001 * std::sqrt(1 - std::pow(0.999, t)) / (1 - std::pow(0.9, t));
    return options;
}

SgdOptions sgd_options(const Variant& variant) {
    SgdOptions options;
    options.gradient_scale = variant.scale;
    options.coupled_decay = variant.coupled;
    options.weight_scale = variant.weight_scale;
    options.momentum = variant.momentum;
    options.rate = 0.01;
    return options;
}

TEST_F(EngineUpdates, AdamOfRowsIsDenseAdam) {
    for (const Variant& variant : variants) {
        start();
        const auto untouched = weight;
        DeferredAdam deferred(pool);
        run_rows([&](int t, const RowGradient& gradient, const std::vector<double>& dense) {
            const auto options = adam_options(variant, t);
            deferred.step(options, table(), gradient);
            truth.adam(options, dense);
        });
        deferred.catch_up(table());
        expect_near(weight, truth.weight, 2e-6);
        expect_near(first, truth.first, 2e-6);
        if (variant.coupled == 0 && variant.weight_scale == 1) {
            EXPECT_TRUE(std::equal(weight.end() - static_cast<std::ptrdiff_t>(rows / 2 * width), weight.end(),
                                   untouched.end() - static_cast<std::ptrdiff_t>(rows / 2 * width)));
        }
    }
}

// The dense kernel over every row is the reference. Every row that has been caught up has its bits, whatever was read
// before and however long rows have waited.
TEST_F(EngineUpdates, DeferredRowsHaveTheBitsOfTheDenseRule) {
    for (const Variant& variant : variants) {
        start();
        auto dense_weight = weight, dense_first = first, dense_second = second;
        DeferredAdam deferred(pool);
        EXPECT_FALSE(deferred.is_behind());
        for (int round = 0; round < 4; ++round) {  // in the last three rows wait as long as any may, twice
            run_rows([&](int t, const RowGradient& gradient, const std::vector<double>& dense) {
                const auto options = adam_options(variant, 60 * round + t);
                const std::vector<float> gradients(dense.begin(), dense.end());
                for (std::size_t at = 0; at < gradients.size(); at += width) {
                    update.adam(options, &dense_weight[at], &dense_first[at], &dense_second[at], &gradients[at], width);
                }
                deferred.step(options, table(), gradient);
                std::vector<std::int32_t> read(random.below(40));
                for (auto& id : read) id = static_cast<std::int32_t>(random.below(rows + 20)) - 10;  // some are no rows
                deferred.catch_up(table(), read.data(), read.size());
                for (const auto id : read) {
                    if (id < 0 || static_cast<std::size_t>(id) >= rows) continue;
                    const auto at = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(id) * width);
                    ASSERT_TRUE(std::equal(weight.begin() + at, weight.begin() + at + width, dense_weight.begin() + at))
                        << "row " << id << ", step " << t;
                }
                if (round == 0 && random.below(25) == 0) {
                    deferred.catch_up(table());
                    EXPECT_FALSE(deferred.is_behind());
                    ASSERT_EQ(weight, dense_weight);
                }
            });
        }
        deferred.catch_up(table());
        EXPECT_EQ(weight, dense_weight);
        EXPECT_EQ(first, dense_first);
        EXPECT_EQ(second, dense_second);
    }
}

TEST_F(EngineUpdates, RowsThatNobodyReadsDoWait) {
    start();
    DeferredAdam deferred(pool);
    const std::vector<float> ones(2 * width, 1);
    const std::vector<std::int64_t> both{3, 5}, one{3};
    deferred.step(adam_options(variants[0], 1), table(), {both.data(), 2, ones.data(), width});
    const auto after_one = weight;
    deferred.step(adam_options(variants[0], 2), table(), {one.data(), 1, ones.data(), width});
    EXPECT_NE(weight[3 * width], after_one[3 * width]);
    EXPECT_EQ(weight[5 * width], after_one[5 * width]);
    const std::vector<std::int64_t> read{5, 5};
    deferred.catch_up(table(), read.data(), read.size());
    EXPECT_NE(weight[5 * width], after_one[5 * width]);
}

TEST_F(EngineUpdates, SgdOfRowsIsDenseSgd) {
    for (const Variant& variant : variants) {
        start();
        run_rows([&](int, const RowGradient& gradient, const std::vector<double>& dense) {
            const auto options = sgd_options(variant);
            update.sgd_rows(options, weight.data(), variant.momentum == 0 ? nullptr : first.data(), rows, gradient,
                            seen.data());
            truth.sgd(options, dense);
        });
        expect_near(weight, truth.weight, 2e-5);
    }
}

TEST_F(EngineUpdates, DenseUpdatesFollowTheRules) {
    for (const std::size_t count : {1, 5, 16, 8191, 20001}) {
        for (const Variant& variant : variants) {
            weight = random_values(random, count, 1);
            first.assign(count, 0);
            second.assign(count, 0);
            auto velocity_weight = weight;
            std::vector<float> velocity(count, 0);
            truth = {{weight.begin(), weight.end()}, std::vector<double>(count), std::vector<double>(count)};
            Truth sgd_truth = truth;
            for (int t = 1; t <= 10; ++t) {
                const auto gradient = random_values(random, count, 1);
                const std::vector<double> wide(gradient.begin(), gradient.end());
                update.adam(adam_options(variant, t), weight.data(), first.data(), second.data(), gradient.data(),
                            count);
                truth.adam(adam_options(variant, t), wide);
                update.sgd(sgd_options(variant), velocity_weight.data(), velocity.data(), gradient.data(), count);
                sgd_truth.sgd(sgd_options(variant), wide);
            }
            expect_near(weight, truth.weight, 2e-6);
            expect_near(velocity_weight, sgd_truth.weight, 2e-6);
        }
    }
}

TEST_F(EngineUpdates, TinyAndZeroGradientsKeepEpsilonsRule) {
    weight.assign(64, 1);
    first.assign(64, 0);
    second.assign(64, 0);
    std::vector<float> gradient(64, 0);
    for (std::size_t i = 0; i < 32; ++i) gradient[i] = std::pow(10.0F, -static_cast<float>(i) / 2);
    truth = {{weight.begin(), weight.end()}, std::vector<double>(64), std::vector<double>(64)};
    update.adam(adam_options(variants[0], 1), weight.data(), first.data(), second.data(), gradient.data(), 64);
    truth.adam(adam_options(variants[0], 1), {gradient.begin(), gradient.end()});
    expect_near(weight, truth.weight, 2e-7);
    EXPECT_EQ(weight[40], 1);
}

TEST(ThreadPool, FlushesDenormalsWhileItWorksAndNotAfterwards) {
    volatile float small = 2e-38F;
    ThreadPool pool(2);
    std::vector<float> quarters(64, 1);
    pool.run(quarters.size(), [&](std::size_t task, std::size_t) { quarters[task] = small * 0.25F; });
    EXPECT_EQ(quarters, std::vector<float>(64, 0));
    EXPECT_GT(small * 0.25F, 0);
}

// The kernels called without a pool keep denormals; with one they are zero. No weight notices.
TEST_F(EngineUpdates, FlushedDenormalsLeaveTheWeightsAsTheyAre) {
    weight = random_values(random, 512, 1);
    first = random_values(random, 512, 1e-37);
    second.assign(512, 1e-37F);
    auto kept_weight = weight, kept_first = first, kept_second = second;
    const std::vector<float> gradient(512, 0);
    const AdamStep step{1, 0, 1, 0.1F, 0.999F, 0.001F, 1e-7F, 0.001F};
    auto options = adam_options(variants[0], 1);
    options.rate = 0.001;
    for (int t = 0; t < 60; ++t) {
        update.adam(options, weight.data(), first.data(), second.data(), gradient.data(), weight.size());
        best_kernels().adam(step, kept_weight.data(), kept_first.data(), kept_second.data(), gradient.data(), 512);
    }
    EXPECT_NE(first, kept_first) << "nothing became denormal";
    expect_near(weight, {kept_weight.begin(), kept_weight.end()}, 1e-12);
}

TEST_F(EngineUpdates, NormsAndBitsDoNotDependOnThreads) {
    const auto values = random_values(random, 100003, 3);
    double truth_norm = 0;
    for (const float value : values) truth_norm += static_cast<double>(value) * static_cast<double>(value);
    const double norm = update.squared_norm(values.data(), values.size());
    EXPECT_NEAR(norm / truth_norm, 1, 1e-6);
    for (const int threads : {1, 3, 4}) {
        ThreadPool other(threads);
        EXPECT_EQ(FusedUpdate(other).squared_norm(values.data(), values.size()), norm);
    }
    EXPECT_EQ(update.squared_norm(values.data(), 0), 0);
}

TEST_F(EngineUpdates, RefusesRowsOutOfOrderOrOutside) {
    start();
    const std::vector<float> values(2 * width, 1);
    for (const auto& [a, b] : {std::pair{3, 3}, std::pair{4, 2}, std::pair{-1, 2}, std::pair{1, 517}}) {
        const std::int64_t indices[] = {a, b};
        const RowGradient gradient{indices, 2, values.data(), width};
        EXPECT_THROW(DeferredAdam(pool).step(adam_options(variants[0], 1), table(), gradient), InternalError);
        EXPECT_THROW(
            update.sgd_rows(sgd_options(variants[0]), weight.data(), first.data(), rows, gradient, seen.data()),
            InternalError);
    }
}

}  // namespace
}  // namespace cellwise::engine
