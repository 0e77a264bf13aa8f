#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "benchmark/batches.h"
#include "benchmark/speed.h"
#include "benchmark/table_turns.h"
#include "core/error.h"

namespace cellwise {
namespace {

using benchmark::Batch;
using benchmark::Shape;

TEST(TableTurns, SayHowManyTimesAsFastByTheMedians) {
    benchmark::TableTurnsRecord record{"pandas==3.1.1", "a processor", "customers.csv", 2, 3, {}};
    record.jobs.push_back({"describe", {0.2, 0.1, 9}, {1.5, 2, 1}, {20, 21, 19}, {100, 90, 110}});
    EXPECT_DOUBLE_EQ(record.jobs[0].ratio(), 1.5 / 0.2);
    EXPECT_DOUBLE_EQ(record.jobs[0].memory_share(), 20.0 / 100);
    const auto json = benchmark::table_turns_json(record);
    EXPECT_EQ(json["jobs"][0]["ours"]["seconds"], 0.2);
    EXPECT_EQ(json["jobs"][0]["peer"]["megabytes"], 100);
    const auto text = benchmark::table_turns_text(record);
    for (const char* part : {"describe", "7.5", "20%", "customers.csv", "2 threads or processes on either side"}) {
        EXPECT_THAT(text, testing::HasSubstr(part));
    }
    EXPECT_TRUE(benchmark::is_table_peer("sklearn"));
    EXPECT_FALSE(benchmark::is_table_peer("keras"));
}

TEST(Timing, IsQuartilesOfTheTimes) {
    const auto timing = benchmark::Timing::of({5, 1, 4, 2, 3});
    EXPECT_DOUBLE_EQ(timing.low, 2);
    EXPECT_DOUBLE_EQ(timing.median, 3);
    EXPECT_DOUBLE_EQ(timing.high, 4);
    EXPECT_DOUBLE_EQ(benchmark::Timing::of({1, 2}).median, 1.5);
    EXPECT_DOUBLE_EQ(benchmark::Timing::of({7}).high, 7);
    EXPECT_THROW((void)benchmark::Timing::of({}), InternalError);
}

TEST(Work, CountsDistinctIdsAndPositionsAfterThePadding) {
    Shape shape;
    shape.batch_size = 2;
    shape.length = 4;
    shape.embedding_size = 3;
    shape.hidden_size = 5;
    shape.vocabulary_size = 10;
    // A zero behind the first word is a position like any other.
    const Batch batch{{0, 0, 7, 7, 3, 0, 7, 2}, {0, 1}};
    const auto work = benchmark::work_of({batch}, shape);
    EXPECT_DOUBLE_EQ(work.distinct, 4);
    EXPECT_DOUBLE_EQ(work.positions, 6);
    // GRU: three gates of five units; 4 words × 3 numbers and 6 positions × 5 units, twice for a multiply-add.
    EXPECT_DOUBLE_EQ(work.gflop(Cell::gru, shape, 1), 2e-9 * (4 * 3 + 6 * 5) * 15);
    EXPECT_DOUBLE_EQ(work.gflop(Cell::lstm, shape, 3), 3 * 2e-9 * (4 * 3 + 6 * 5) * 20);
    EXPECT_DOUBLE_EQ(work.projection_gflop(Cell::simple_rnn, shape, 1), 2e-9 * 4 * 3 * 5);
}

TEST(Batches, TakeTheReviewsInTheirOrder) {
    data::PaddedReviews reviews;
    reviews.length = 2;
    reviews.ids = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    reviews.labels = {0, 1, 0, 1, 1};
    Shape shape;
    shape.batch_size = 2;
    shape.length = 2;
    const auto batches = benchmark::batches_of(reviews, shape, 3);
    EXPECT_THAT(batches[0].ids, testing::ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(batches[1].ids, testing::ElementsAre(5, 6, 7, 8));
    EXPECT_THAT(batches[1].labels, testing::ElementsAre(0, 1));
    EXPECT_THAT(batches[2].ids, testing::ElementsAre(1, 2, 3, 4));
    shape.batch_size = 6;
    EXPECT_THROW((void)benchmark::batches_of(reviews, shape, 1), UsageError);
}

TEST(Batches, GeneratedOnesLookLikeTheReviews) {
    const Shape shape;
    const auto batches = benchmark::generated_batches(shape, 8);
    for (const auto& batch : batches) {
        ASSERT_EQ(batch.ids.size(), 64U * 200U);
        EXPECT_THAT(batch.ids, testing::Each(testing::AllOf(testing::Ge(0), testing::Lt(10000))));
    }
    // The real ones: 10,300 words in a batch, 2,225 of them distinct.
    const auto work = benchmark::work_of(batches, shape);
    EXPECT_NEAR(work.positions, 10300, 500);
    EXPECT_NEAR(work.distinct, 2225, 150);
}

benchmark::SpeedRecord some_record() {
    benchmark::CellSpeed gru;
    gru.cell = Cell::gru;
    gru.batch_size = 64;
    gru.length = 200;
    gru.hidden_size = 64;
    gru.torch_train = benchmark::Timing{60, 55, 66};
    gru.fused_train = {6, 5.5, 7};
    gru.torch_forward = benchmark::Timing{16, 15, 18};
    gru.fused_forward = {2, 1.9, 2.4};
    gru.reduced_gflop = 1.2;
    gru.tokens = 12000;
    auto lstm = gru;
    lstm.cell = Cell::lstm;
    lstm.torch_train.reset();
    lstm.torch_forward.reset();
    lstm.phases = {{"recurrence forward", 2, 0.32}, {"optimizer", 1, 0}};
    benchmark::SpeedRecord record;
    record.processor = "a processor";
    record.instruction_set = "AVX3";
    record.threads = 2;
    record.rounds = 9;
    record.data = "reviews of imdb.npz";
    record.fma_peak_gflops = 400;
    record.cells = {gru, lstm};
    return record;
}

TEST(Speed, JsonHasRatiosAndTheShareOfThePeak) {
    const auto json = benchmark::speed_json(some_record());
    EXPECT_EQ(json["fma_peak_gflops"], 400);
    EXPECT_EQ(json["threads"], 2);
    const auto& gru = json["cells"][0];
    EXPECT_EQ(gru["cell"], "gru");
    EXPECT_DOUBLE_EQ(gru["train_ratio"], 10);
    EXPECT_DOUBLE_EQ(gru["forward_ratio"], 8);
    EXPECT_DOUBLE_EQ(gru["peak_share"], 0.5);  // 1.2 GFLOP in 6 ms are 200 GFLOP/s
    EXPECT_DOUBLE_EQ(gru["train_tokens_per_second"], 2e6);
    EXPECT_EQ(gru["quartiles_ms"]["torch_train"], nlohmann::ordered_json({55, 66}));
    const auto& lstm = json["cells"][1];
    EXPECT_TRUE(lstm["torch_train_ms"].is_null());
    EXPECT_TRUE(lstm["train_ratio"].is_null());
    EXPECT_EQ(lstm["phases"][0]["phase"], "recurrence forward");
}

TEST(Speed, TextShowsWhatWasMeasured) {
    const auto text = benchmark::speed_text(some_record());
    EXPECT_THAT(text, testing::HasSubstr("peak 400 GFLOP/s"));
    EXPECT_THAT(text, testing::HasSubstr("60.00 (55.00–66.00)"));
    EXPECT_THAT(text, testing::HasSubstr("10.00×"));
    EXPECT_THAT(text, testing::HasSubstr("2.00 M"));
    EXPECT_THAT(text, testing::HasSubstr("50.0%"));
    // 0.32 GFLOP in 2 of 3 ms are 160 GFLOP/s.
    EXPECT_THAT(text, testing::ContainsRegex("recurrence forward +2.000 +66.7% +160 +40%"));
}

}  // namespace
}  // namespace cellwise
