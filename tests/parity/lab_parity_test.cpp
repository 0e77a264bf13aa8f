#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/error.h"
#include "lab/regularisation.h"
#include "lab/sentence_trainer.h"

// The lab's examples against torch::nn and torch::optim, over seeds and sizes.

namespace cellwise::lab {
namespace {

TEST(RegularisationParity, NormalisationAgreesWithTorchInBothPrecisions) {
    for (const std::uint64_t seed : {0, 1, 2, 3}) {
        for (const std::int64_t batch : {2, 7, 32}) {
            for (const auto& run :
                 {run_linear_example<float>(seed, batch), run_linear_example<double>(seed, batch),
                  run_convolution_example<float>(seed, batch), run_convolution_example<double>(seed, batch)}) {
                EXPECT_TRUE(run.training.agrees()) << run.precision << " seed " << seed << " batch " << batch;
                EXPECT_TRUE(run.statistics.agrees()) << run.precision << " seed " << seed << " batch " << batch;
                EXPECT_TRUE(run.inference.agrees()) << run.precision << " seed " << seed << " batch " << batch;
                EXPECT_GT(run.inference_difference, 0);
            }
        }
    }
}

TEST(RegularisationParity, NormalisedChannelsHaveMeanZeroAndVarianceNearlyOne) {
    const auto run = run_convolution_example<double>(0, 16);
    EXPECT_EQ(run.output_shape, (std::vector<std::int64_t>{16, 16, 8, 8}));
    for (std::size_t channel = 0; channel < run.mean.size(); ++channel) {
        EXPECT_NEAR(run.normalised_mean[channel], 0, 1e-14);
        EXPECT_NEAR(run.normalised_variance[channel], run.variance[channel] / (run.variance[channel] + 1e-5), 1e-12);
    }
}

TEST(RegularisationParity, WeightDecayIsHalfThePenalty) {
    for (const std::uint64_t seed : {0, 1, 2, 3}) {
        for (const double decay : {1e-4, 0.01, 1.0}) {
            const auto run = run_weight_decay_example<double>(seed, 32, 0.01, decay);
            EXPECT_TRUE(run.gradient_check.agrees());
            EXPECT_TRUE(run.step_check.agrees());
            EXPECT_TRUE(run.full_penalty_double_decay.agrees());
            EXPECT_TRUE(run.half_penalty_decay.agrees());
            EXPECT_NEAR(run.full_penalty_decay_difference, run.predicted_difference, 1e-15);
            EXPECT_GT(run.full_penalty_decay_difference, 1e-9) << "the factor 2 shows";
            const auto single = run_weight_decay_example<float>(seed, 32, 0.01, decay);
            EXPECT_TRUE(single.gradient_check.agrees());
            EXPECT_TRUE(single.step_check.agrees());
        }
    }
}

const std::vector<std::vector<std::string>> sentences{{"저는", "아침에", "책을", "읽습니다"},
                                                      {"저는", "아침에", "밥을", "먹습니다"}};

std::string predicted(const SentenceTraining& training, std::size_t sentence) {
    const auto& shares = training.after[sentence].words.back().next_word_probability;
    return training.vocabulary[static_cast<std::size_t>(std::ranges::max_element(shares) - shares.begin())];
}

TEST(SentenceTrainer, LearnsTheVerbThatGoesWithTheObject) {
    for (const std::uint64_t seed : {0, 1, 2, 3, 4}) {
        const auto training = train_sentences(sentences, {8, 200, 0.05, seed});
        EXPECT_EQ(training.vocabulary.size(), 6U);
        EXPECT_EQ(predicted(training, 0), "읽습니다");
        EXPECT_EQ(predicted(training, 1), "먹습니다");
        // Nothing tells the object from its words before it: a half each, log(2)/3 a word on average.
        EXPECT_NEAR(training.losses.back(), std::log(2) / 3, 0.01);
        EXPECT_NEAR(training.losses.front(), std::log(6), 0.4);
        for (const auto* readings : {&training.before, &training.after}) {
            for (const auto& reading : *readings) EXPECT_TRUE(reading.comparison.agrees());
        }
    }
}

TEST(SentenceTrainer, DependsOnTheSeedAlone) {
    const auto first = train_sentences(sentences, {4, 20, 0.05, 7});
    EXPECT_EQ(first.losses, train_sentences(sentences, {4, 20, 0.05, 7}).losses);
    EXPECT_NE(first.losses, train_sentences(sentences, {4, 20, 0.05, 8}).losses);
}

TEST(SentenceTrainer, RefusesSizesThatMakeNoSense) {
    EXPECT_THROW((void)train_sentences(sentences, {0, 20, 0.05, 0}), UsageError);
    EXPECT_THROW((void)train_sentences(sentences, {4, 0, 0.05, 0}), UsageError);
    EXPECT_THROW((void)train_sentences(sentences, {4, 20, -1, 0}), UsageError);
    EXPECT_THROW((void)train_sentences({{"alone"}}, {}), InternalError);
}

}  // namespace
}  // namespace cellwise::lab
