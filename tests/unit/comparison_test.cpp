#include "records/comparison.h"
#include "report/text/comparison_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "parity/reproduction.h"

namespace cellwise::report {
namespace {

using records::notes_of;
using records::read_comparison;
using report::comparison_text;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

records::RunRecord run(Cell cell, std::uint64_t seed, double accuracy) {
    records::RunRecord record{cell, seed, 1292417, {}, accuracy, 0.4, "torch", false, 2, false};
    record.epochs.push_back({1, {0.6, 0.7}, {0.5, 0.75}, {}, 0, 10.5, 1.5, 0});
    record.epochs.push_back({2, {0.5, 0.8}, {0.4, accuracy}, {}, 0, 10, 2, 0});
    return record;
}

records::ComparisonRecord one_seed() {
    return {{{"kind", "imdb"}},
            {{"epochs", 2}},
            {run(Cell::simple_rnn, 0, 0.847), run(Cell::lstm, 0, 0.8626), run(Cell::gru, 0, 0.8676)},
            {},
            {},
            {}};
}

records::ComparisonRecord five_seeds() {
    constexpr std::array rnn{0.70, 0.81, 0.75, 0.82, 0.78};
    constexpr std::array lstm{0.86, 0.85, 0.87, 0.86, 0.855};
    constexpr std::array gru{0.87, 0.852, 0.865, 0.866, 0.858};
    records::ComparisonRecord record{{{"kind", "imdb"}}, {}, {}, {}, {}, {}};
    for (std::size_t i = 0; i < 5; ++i) {  // jobs may end in any order
        record.runs.push_back(run(Cell::gru, 4 - i, gru[4 - i]));
        record.runs.push_back(run(Cell::simple_rnn, i, rnn[i]));
        record.runs.push_back(run(Cell::lstm, i, lstm[i]));
    }
    return record;
}

TEST(Comparison, OneSeedEndsWithTheTutorialsLines) {
    const auto text = comparison_text(one_seed());
    EXPECT_THAT(text,
                EndsWith("\n\nRNN Test Accuracy: 0.8470\nLSTM Test Accuracy: 0.8626\nGRU Test Accuracy: 0.8676\n"));
    EXPECT_THAT(text, HasSubstr("1,292,417"));
    EXPECT_THAT(text, HasSubstr("24.0"));  // seconds of both epochs
    EXPECT_THAT(text, Not(HasSubstr("±")));
    EXPECT_THAT(text, Not(HasSubstr("SYNTHETIC")));
}

TEST(Comparison, SyntheticReviewsAreLabelled) {
    auto record = one_seed();
    record.data["kind"] = "synthetic";
    EXPECT_THAT(comparison_text(record), HasSubstr("SYNTHETIC"));
}

TEST(Comparison, JsonOfOneSeedHasExactlyTheDocumentedShape) {
    const auto document = comparison_json(one_seed());
    EXPECT_FALSE(document.contains("differences"));
    EXPECT_EQ(document["data"]["kind"], "imdb");
    EXPECT_EQ(document["configuration"]["epochs"], 2);
    ASSERT_EQ(document["runs"].size(), 3U);
    EXPECT_EQ(
        document["runs"][0].dump(),
        R"({"cell":"simple_rnn","seed":0,"parameters":1292417,"epochs":[)"
        R"({"epoch":1,"train_loss":0.6,"train_accuracy":0.7,"test_loss":0.5,"test_accuracy":0.75,)"
        R"("train_seconds":10.5,"test_seconds":1.5},)"
        R"({"epoch":2,"train_loss":0.5,"train_accuracy":0.8,"test_loss":0.4,"test_accuracy":0.847,)"
        R"("train_seconds":10.0,"test_seconds":2.0}],"validation":"test","best_epoch":2,"test_accuracy":0.847,"test_loss":0.4,"engine":"torch"})");
    EXPECT_EQ(document["summary"][0].dump(),
              R"({"cell":"simple_rnn","runs":1,"mean_accuracy":0.847,"std_accuracy":null,"interval_95":null})");
}

// scipy.stats.ttest_rel and permutation_test, statsmodels' multipletests(method='holm') and
// TTestPower().solve_power(alpha=.05/3, power=.8): 6.83, 6.70, 34.30 (versions in statistics_test.cpp).
TEST(Comparison, FiveSeedsGivePairedDifferencesAndVerdicts) {
    const auto differences = compare_cells(five_seeds().runs);
    ASSERT_EQ(differences.size(), 3U);
    EXPECT_NEAR(*differences[0].accuracy.p_value, 0.020598734774920465, 1e-12);
    EXPECT_NEAR(differences[0].p_holm, 0.05847862, 1e-8);
    EXPECT_NEAR(differences[2].p_holm, 0.26613265, 1e-8);
    EXPECT_EQ(differences[0].accuracy.sign_flip.p_value, 0.0625);
    EXPECT_EQ(differences[2].accuracy.sign_flip.p_value, 0.3125);
    EXPECT_EQ(verdict(differences[0]),
              "LSTM − RNN: +0.0870 (95% CI +0.0219 to +0.1521, p = 0.058): not distinguishable with 5 seeds; about 7 "
              "would be needed");
    EXPECT_EQ(verdict(differences[2]),
              "GRU − LSTM: +0.0032 (95% CI -0.0037 to +0.0101, p = 0.27): not distinguishable with 5 seeds; about 35 "
              "would be needed");
    const auto text = comparison_text(five_seeds());
    EXPECT_THAT(text, HasSubstr("RNN Test Accuracy: 0.7720 ± 0.0487 (n = 5)\nLSTM Test Accuracy: "));
    EXPECT_THAT(text, HasSubstr("cannot fall below 0.0625"));
    EXPECT_LT(text.find("about 35 would be needed"), text.find("RNN Test Accuracy"));
    const auto document = comparison_json(five_seeds());
    EXPECT_EQ(document["differences"].size(), 3U);
    EXPECT_EQ(document["differences"][2]["seeds_needed"], 35);
    EXPECT_NEAR(document["summary"][0]["std_accuracy"].get<double>(), 0.04868264577855236, 1e-12);
}

TEST(Comparison, ClearDifferenceIsCalledSignificant) {
    std::vector<records::RunRecord> runs;
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        const double wobble = 0.001 * static_cast<double>(seed);
        runs.push_back(run(Cell::simple_rnn, seed, 0.80 + wobble));
        runs.push_back(run(Cell::lstm, seed, 0.85 - wobble));
    }
    const auto differences = compare_cells(runs);
    ASSERT_EQ(differences.size(), 1U);
    EXPECT_FALSE(differences[0].seeds_needed);
    EXPECT_THAT(verdict(differences[0]), EndsWith("): significant"));
}

TEST(Comparison, OnlySeedsInCommonArePaired) {
    std::vector<records::RunRecord> runs{run(Cell::simple_rnn, 0, 0.8), run(Cell::simple_rnn, 1, 0.81),
                                         run(Cell::lstm, 1, 0.85), run(Cell::lstm, 2, 0.86)};
    EXPECT_TRUE(compare_cells(runs).empty());
    runs.push_back(run(Cell::lstm, 0, 0.86));
    ASSERT_EQ(compare_cells(runs).size(), 1U);
    EXPECT_NEAR(compare_cells(runs)[0].accuracy.difference.mean, 0.05, 1e-12);
}

TEST(Comparison, NoDifferenceAtAllNeedsNoNumber) {
    std::vector<records::RunRecord> runs;
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
        runs.push_back(run(Cell::lstm, seed, 0.85));
        runs.push_back(run(Cell::gru, seed, 0.85));
    }
    EXPECT_THAT(verdict(compare_cells(runs).at(0)), EndsWith("more than a million would be needed"));
}

TEST(ComparisonText, SaysWhichRunsDivergedAndWhoseTheFiguresAre) {
    auto record = five_seeds();
    record.diverged = {{Cell::lstm, 7, "loss inf"}, {Cell::simple_rnn, 5, "loss nan"}, {Cell::lstm, 5, "loss inf"}};
    record.notes = {"a note"};
    EXPECT_THAT(
        notes_of(record),
        testing::ElementsAre("1 of 6 runs of RNN diverged (seed 5): its figures are of the others alone, and so "
                             "flatter it.",
                             "2 of 7 runs of LSTM diverged (seeds 7, 5): its figures are of the others alone, "
                             "and so flatter it.",
                             "a note"));
    EXPECT_THAT(comparison_text(record), HasSubstr("\n2 of 7 runs of LSTM diverged"));
    const auto document = comparison_json(record);
    EXPECT_EQ(document["diverged"][0], nlohmann::ordered_json({{"cell", "lstm"}, {"seed", 7}, {"reason", "loss inf"}}));
    EXPECT_EQ(notes_of(read_comparison(document.dump(), "a file")), notes_of(record));
    EXPECT_FALSE(comparison_json(five_seeds()).contains("diverged"));
    EXPECT_FALSE(comparison_json(five_seeds()).contains("notes"));

    std::erase_if(record.runs, [](const records::RunRecord& each) { return each.cell == Cell::lstm; });
    const auto text = comparison_text(record);
    EXPECT_THAT(text, HasSubstr("2 of 2 runs of LSTM diverged (seeds 7, 5): it has no figures."));
    EXPECT_THAT(text, Not(HasSubstr("LSTM Test Accuracy")));
    record.runs.clear();
    EXPECT_THAT(comparison_text(record), testing::StartsWith("1 of 1 runs of RNN diverged")) << "and no empty table";
    record.baselines = {{"bag_of_embeddings", 0, 1280129, 0.80, 0.5, 1}};
    EXPECT_THAT(comparison_text(record), HasSubstr("bag_of_embeddings")) << "which has not diverged";
}

TEST(ComparisonText, WritesHugeFiguresWithAnExponent) {
    auto record = five_seeds();
    record.runs.front().test_loss = 3e38;
    EXPECT_THAT(comparison_text(record), HasSubstr("6.0000e+37 ± 1.3416e+38"));
}

TEST(ComparisonText, ShowsBaselinesBelowTheCells) {
    auto record = one_seed();
    record.baselines = {{"bag_of_embeddings", 0, 1280129, 0.80, 0.5, 1},
                        {"bag_of_embeddings", 1, 1280129, 0.82, 0.5, 3}};
    const auto text = comparison_text(record);
    EXPECT_THAT(text, testing::ContainsRegex("GRU +1,292,417.*\nbag_of_embeddings +1,280,129 +0.8100 ± 0.0141"));
    EXPECT_EQ(comparison_json(record)["baselines"].size(), 2U);
}

}  // namespace
}  // namespace cellwise::report
