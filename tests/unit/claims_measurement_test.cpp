#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "lab/claims/early_words.h"
#include "lab/claims/explosion.h"
#include "lab/claims/long_sequences.h"
#include "lab/claims/regularised_training.h"
#include "statistics/summary.h"
#include "unit/small_laboratory.h"

namespace cellwise::lab {
namespace {

const std::vector<double>& detail(const Measurement& measurement, const std::string& name) {
    for (const auto& detail : measurement.details) {
        if (detail.name == name) return detail.values;
    }
    throw std::out_of_range(name);
}

TEST(Explosion, ClippingIsMeasuredAgainstWhatWasLost) {
    auto options = small_options();
    options.sizes.hidden_size = options.sizes.embedding_size = 16;
    Laboratory lab(options);
    const std::vector<std::uint64_t> seeds{100, 101, 102};
    const auto cost = explosion_cost(2, lab, seeds);
    const auto repair = clipping_repair(2, lab, seeds);
    const auto& ordinary = detail(cost, "ordinary: test accuracy");
    const auto& broken = detail(cost, "multiplied: test accuracy");
    const auto& clipped = detail(repair, "multiplied, clipped: test accuracy");
    for (std::size_t i = 0; i < seeds.size(); ++i) {
        EXPECT_DOUBLE_EQ(cost.values[i], ordinary[i] - broken[i]);
        EXPECT_DOUBLE_EQ(repair.values[i], clipped[i] - (ordinary[i] + broken[i]) / 2);
        // Before the first step there is nothing to clip yet, so both start from the same gradient.
        EXPECT_EQ(detail(repair, "multiplied, clipped: first gradient's norm")[i],
                  detail(cost, "multiplied: first gradient's norm")[i]);
        EXPECT_GT(detail(cost, "multiplied: first gradient's norm")[i],
                  10 * detail(cost, "ordinary: first gradient's norm")[i]);
    }
    EXPECT_EQ(cost.unfit.empty(), statistics::mean(ordinary) >= 0.9);
}

TEST(Explosion, WithoutADamageThereIsNothingToRepair) {
    auto options = small_options();
    options.sizes.hidden_size = options.sizes.embedding_size = 16;
    Laboratory lab(options);
    const std::vector<std::uint64_t> seeds{100, 101};
    const auto repair = clipping_repair(1, lab, seeds);  // multiplied by 1: nothing explodes
    EXPECT_THAT(repair.unfit,
                testing::AnyOf(testing::HasSubstr("nothing shown to repair"), testing::HasSubstr("has not learnt")));
    EXPECT_EQ(detail(repair, "ordinary: test accuracy"), detail(repair, "multiplied: test accuracy"));
}

TEST(EarlyWords, FadingIsTheLateAccuracyMinusTheEarlyOne) {
    Laboratory lab(small_options());
    const auto lstm = fading(Cell::lstm, lab, std::vector<std::uint64_t>{3});
    const auto at = [&](const std::string& cell, const Measurement& measurement, int distance) {
        return detail(measurement, cell + ": accuracy, cue " + std::to_string(distance) + " words from the end")[0];
    };
    const double loss =
        (at("LSTM", lstm, 0) + at("LSTM", lstm, 3)) / 2 - (at("LSTM", lstm, 26) + at("LSTM", lstm, 29)) / 2;
    EXPECT_NEAR(lstm.values.at(0), loss, 1e-12);
    const auto against = fading_against_rnn(Cell::lstm, lab, std::vector<std::uint64_t>{3});
    EXPECT_NEAR(against.values.at(0), detail(against, "RNN: late − early")[0] - loss, 1e-12);
}

TEST(LongSequences, CompareTheChangesFromShortestToLongest) {
    Laboratory lab(small_options());
    const auto measured = lstm_change_minus(Cell::gru, lab, std::vector<std::uint64_t>{0, 1});
    for (std::size_t i = 0; i < 2; ++i) {
        const auto change = [&](const std::string& cell) {
            return detail(measured, cell + ", 180 words: test accuracy")[i] -
                   detail(measured, cell + ", 20 words: test accuracy")[i];
        };
        EXPECT_NEAR(measured.values[i], change("LSTM") - change("GRU"), 1e-12);
    }
}

TEST(RegularisedTraining, TakesWhatIsWithoutMinusWhatIsWith) {
    Laboratory lab(small_options());
    const std::vector<std::uint64_t> seeds{0, 1};
    const auto plain = regularised_trainings(lab, {}, seeds), with = regularised_trainings(lab, {.l2 = true}, seeds);
    const auto gap = gap_narrowed_by({.l2 = true}, "L2", lab, seeds);
    const auto loss = lowered_by({.l2 = true}, "L2", &TrainingOutcome::first_epoch_loss, "loss", lab, seeds);
    for (std::size_t i = 0; i < 2; ++i) {
        const auto gap_of = [](const TrainingOutcome& outcome) {
            return outcome.train_accuracy - outcome.test_accuracy;
        };
        EXPECT_DOUBLE_EQ(gap.values[i], gap_of(plain[i]) - gap_of(with[i]));
        EXPECT_DOUBLE_EQ(loss.values[i], plain[i].first_epoch_loss - with[i].first_epoch_loss);
        EXPECT_LT(with[i].kernel_norm, plain[i].kernel_norm);
    }
    EXPECT_EQ(detail(gap, "test accuracy with L2")[0], with[0].test_accuracy);
}

}  // namespace
}  // namespace cellwise::lab
