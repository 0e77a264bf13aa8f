#include "parity/reproduction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"

namespace cellwise::report {
namespace {

using nlohmann::json;
using parity::compare_with_reference;
using parity::read_reference_runs;
using parity::reproduction_json;
using parity::require_tutorial;
using parity::verdict;
using records::comparison_json;
using records::read_comparison;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::string reference_line(const std::string& kind, int seed, double accuracy, const std::string& backend = "jax") {
    return json{{"kind", kind},
                {"seed", seed},
                {"clip", 0},
                {"backend", backend},
                {"hist",
                 {{"accuracy", {0.7, 0.9}},
                  {"loss", {0.5, 0.25}},
                  {"val_accuracy", {0.75, accuracy}},
                  {"val_loss", {0.5, 0.4}}}}}
               .dump() +
           "\n";
}

json tutorial_configuration() {
    return {{"vocabulary_size", 10000},
            {"length", 200},
            {"embedding_size", 128},
            {"hidden_size", 64},
            {"layers", 1},
            {"bidirectional", false},
            {"stack", ""},
            {"dropout", 0.0},
            {"batch_norm", false},
            {"gru_reset", "after"},
            {"optimizer", "adam"},
            {"learning_rate", 0.0},
            {"clip_norm", 0.0},
            {"global_clip_norm", 0.0},
            {"weight_decay", 0.0},
            {"l2", 0.0},
            {"validation_split", 0.0},
            {"batch_size", 64},
            {"limit", 0}};
}

records::RunRecord run(Cell cell, std::uint64_t seed, double accuracy) {
    records::RunRecord record{cell, seed, 1, {}, accuracy, 0.4, "fused", false, 3, false};
    record.epochs.push_back({1, {0.6, 0.7}, {0.5, 0.75}, {}, 0, 10, 1, 0});
    record.epochs.push_back({2, {0.5, 0.8}, {0.4, accuracy}, {}, 0, 10, 2, 0});
    record.epochs.push_back({3, {0.5, 0.8}, {0.4, 0.1}, {}, 0, 10, 2, 0});  // the reference has two epochs only
    return record;
}

records::ComparisonRecord ours() {
    records::ComparisonRecord record{{{"kind", "imdb.npz"}}, tutorial_configuration(), {}, {}, {}, {}};
    std::uint64_t seed = 0;
    for (const double accuracy : {0.79, 0.81, 0.72, 0.84}) {
        record.runs.push_back(run(Cell::simple_rnn, seed++, accuracy));
    }
    for (const double accuracy : {0.861, 0.858, 0.865, 0.8595}) {
        record.runs.push_back(run(Cell::lstm, seed++, accuracy));
    }
    return record;
}

std::string reference_text() {
    return reference_line("rnn", 0, 0.80) + reference_line("rnn", 1, 0.70) + "\n" + reference_line("rnn", 2, 0.83) +
           reference_line("lstm", 0, 0.863) + reference_line("lstm", 1, 0.8665) + reference_line("lstm", 2, 0.8605) +
           reference_line("lstm", 0, 0.5, "tensorflow");
}

// scipy.stats.ttest_ind(…, equal_var=False), statsmodels' multipletests(method='holm') and
// ttost_ind(…, -0.02, 0.02, usevar='unequal'); versions in statistics_test.cpp.
TEST(Reproduction, TestsTheLastCommonEpochAsScipyDoes) {
    const auto agreements = compare_with_reference({ours()}, read_reference_runs(reference_text(), "runs.jsonl"), 0.02);
    ASSERT_EQ(agreements.size(), 2U);  // TensorFlow has one run only
    const auto& rnn = agreements[0];
    EXPECT_EQ(rnn.cell, Cell::simple_rnn);
    EXPECT_EQ(rnn.backend, "jax");
    EXPECT_EQ(rnn.ours.size(), 2U);
    EXPECT_NEAR(rnn.welch.difference, 0.013333333333333308, 1e-14);
    EXPECT_NEAR(rnn.welch.p_value, 0.7914938564751919, 1e-12);
    EXPECT_NEAR(rnn.p_holm, 0.7914938564751919, 1e-12);
    EXPECT_NEAR(rnn.equivalence.p_value, 0.44720648168172056, 1e-12);
    EXPECT_EQ(verdict(rnn), "undecided");
    const auto& lstm = agreements[1];
    EXPECT_NEAR(lstm.welch.p_value, 0.3397818599004909, 1e-12);
    EXPECT_NEAR(lstm.p_holm, 0.6795637198009818, 1e-12);
    EXPECT_NEAR(lstm.equivalence.p_value, 0.0005110393988982519, 1e-12);
    EXPECT_EQ(verdict(lstm), "equivalent within ±0.02");

    const auto text = reproduction_tables(agreements, parity::TableStyle::text);
    EXPECT_THAT(text, HasSubstr("Without clipping (preset tutorial)"));
    EXPECT_THAT(text, HasSubstr("Cellwise         4  0.8000 ± 0.0000"));
    EXPECT_THAT(text, HasSubstr("Keras on JAX     3  0.9000 ± 0.0000"));
    EXPECT_THAT(reproduction_tables(agreements, parity::TableStyle::markdown),
                HasSubstr("| LSTM | 2 | Keras on JAX | 3 |"));
    const auto document = reproduction_json(agreements);
    EXPECT_EQ(document["agreements"][1]["verdict"], "equivalent within ±0.02");
    EXPECT_EQ(document["agreements"][0]["epochs"].size(), 2U);
}

TEST(Reproduction, ACertainDifferenceIsCalledSo) {
    std::string text;
    for (int seed = 0; seed < 4; ++seed) text += reference_line("lstm", seed, 0.90 + 0.001 * seed);
    const auto agreements = compare_with_reference({ours()}, read_reference_runs(text, "runs.jsonl"), 0.02);
    ASSERT_EQ(agreements.size(), 1U);
    EXPECT_EQ(verdict(agreements[0]), "differs");
    EXPECT_EQ(verdict(compare_with_reference({ours()}, read_reference_runs(text, "runs.jsonl"), 0.2)[0]),
              "differs, yet equivalent within ±0.2");
}

TEST(Reproduction, ReadsWhatCompareWrites) {
    auto record = ours();
    record.runs[0].seed = std::numeric_limits<std::uint64_t>::max();
    const auto again = read_comparison(comparison_json(record).dump(), "comparison.json");
    require_tutorial(again, "comparison.json");
    EXPECT_EQ(comparison_json(again).dump(), comparison_json(record).dump());
}

TEST(Reproduction, RefusesOtherTrainings) {
    const auto refusal = [](const char* key, const json& value) {
        auto record = ours();
        record.configuration[key] = value;
        require_tutorial(record, "c.json");
    };
    EXPECT_THAT(
        [&] { refusal("hidden_size", 32); },
        ThrowsMessage<DataError>(HasSubstr("'c.json': 'configuration': 'hidden_size' is 32; the tutorial's is 64")));
    EXPECT_THAT([&] { refusal("learning_rate", 0.01); }, ThrowsMessage<DataError>(HasSubstr("learning_rate")));
    EXPECT_THAT([&] { refusal("validation_split", 0.2); }, ThrowsMessage<DataError>(HasSubstr("holds reviews out")));
    EXPECT_NO_THROW(refusal("learning_rate", 0.001));
    EXPECT_NO_THROW(refusal("clip_norm", 1.0));
    auto synthetic = ours();
    synthetic.data["kind"] = "synthetic";
    EXPECT_THROW(require_tutorial(synthetic, "c.json"), DataError);
}

TEST(Reproduction, BrokenFilesAreNamedWithLineAndKey) {
    const auto read = [](const std::string& text) { return [text] { (void)read_reference_runs(text, "r.jsonl"); }; };
    EXPECT_THAT(read(reference_line("lstm", 0, 0.8) + "{"), ThrowsMessage<DataError>(HasSubstr("'r.jsonl', line 2")));
    EXPECT_THAT(read("{}"), ThrowsMessage<DataError>(HasSubstr("'r.jsonl', line 1: 'kind' is missing")));
    EXPECT_THAT(read(""), ThrowsMessage<DataError>(HasSubstr("holds no recorded run")));
    EXPECT_THAT(read(reference_line("perceptron", 0, 0.8)), ThrowsMessage<DataError>(HasSubstr("'kind' is no cell")));
    auto uneven = json::parse(reference_line("lstm", 0, 0.8));
    uneven["hist"]["loss"] = {0.5};
    EXPECT_THAT(read(uneven.dump()), ThrowsMessage<DataError>(HasSubstr("'hist' must hold four lists of one length")));

    auto document = json::parse(comparison_json(ours()).dump());
    document["runs"][1]["epochs"][0].erase("test_accuracy");
    EXPECT_THAT([&] { (void)read_comparison(document.dump(), "c.json"); },
                ThrowsMessage<DataError>(HasSubstr("'c.json': runs[1]: an epoch: 'test_accuracy' is missing")));
    EXPECT_THROW((void)read_comparison("[]", "c.json"), DataError);
    EXPECT_THROW((void)read_comparison("{\"data\": {}, \"configuration\": {}, \"runs\": []}", "c.json"), DataError);
}

}  // namespace
}  // namespace cellwise::report
