#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "integration/checks.h"
#include "integration/program.h"

namespace cellwise {
namespace {

using nlohmann::json;
using test::content_of;
using test::expect_refusal;
using test::json_of;
using test::run_program;
using test::ScratchFolder;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

/// Small trained models of each kind, made once.
class TrainedGates : public testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = new ScratchFolder;
        train("lstm", {"--cell", "lstm"});
        train("gru", {"--cell", "gru", "--gru-reset", "before", "--batch-norm"});
        train("rnn", {"--cell", "simple_rnn"});
        train("deep", {"--cell", "lstm", "--layers", "2", "--bidirectional"});
    }
    static void TearDownTestSuite() { delete folder_; }

    static std::string run(const std::string& name) { return *folder_ / name; }

private:
    static void train(const std::string& name, std::vector<std::string> more) {
        std::vector<std::string> arguments{"train", "--data",   "synthetic", "--limit",          "300", "--epochs",
                                           "2",     "--length", "40",        "--embedding-size", "8",   "--hidden-size",
                                           "8",     "--output", run(name)};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto result = run_program(arguments);
        ASSERT_EQ(result.exit_code, 0) << result.errors;
    }
    static inline ScratchFolder* folder_ = nullptr;
};

TEST_F(TrainedGates, OfAKerasFileAreThoseOfTheRunItWasMadeOf) {
    for (const char* name : {"lstm", "gru", "deep"}) {
        const auto file = run(name) + ".keras";
        ASSERT_EQ(run_program({"export", run(name), "--format", "keras", "--output", file}).exit_code, 0) << name;
        const auto of_run = json_of({"gates", "--model", run(name), "--text", "a wonderful film"});
        auto of_file = json_of(
            {"gates", "--model", file, "--vocabulary", run(name) + "/vocabulary.json", "--text", "a wonderful film"});
        EXPECT_EQ(of_file["model"], file);
        EXPECT_EQ(of_file["texts"], of_run["texts"]) << name;
    }
}

TEST_F(TrainedGates, AreShownWordByWord) {
    const auto result = run_program({"gates", "--model", run("lstm"), "--text", "The story is WONDERFUL, xyzzy!"});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_THAT(result.output, AllOf(HasSubstr("(padding ×35)"), HasSubstr("(start)"), HasSubstr("wonderful"),
                                     HasSubstr("xyzzy (not read)"), HasSubstr("forget"), HasSubstr("P(positive)")));
    EXPECT_THAT(result.output, Not(HasSubstr("\x1b["))) << "no colours in a pipe";
    EXPECT_THAT(result.output, Not(HasSubstr("DIFFERS")));
    EXPECT_THAT(result.output, ContainsRegex("every step by hand .* agrees"));
}

TEST_F(TrainedGates, AgreeWithTheModuleAtEveryWord) {
    for (const std::string name : {"lstm", "gru", "rnn", "deep"}) {
        const auto document =
            json_of({"gates", "--model", run(name), "--text", "the story is wonderful and the music is brilliant"});
        EXPECT_EQ(document["verdict"], "agrees") << name;
        const auto& words = document["texts"][0]["words"];
        EXPECT_EQ(words.size(), 11U) << "padding, start, nine words";
        for (const auto& word : words) {
            EXPECT_TRUE(word["check"]["agrees"].get<bool>()) << name << word["word"];
            EXPECT_LT(word["check"]["largest_difference"], 1e-12) << name << word["word"];
            EXPECT_GT(word["probability"], 0);
            EXPECT_LT(word["probability"], 1);
        }
    }
}

TEST_F(TrainedGates, GoFromZeroToOneAndHaveTheirMean) {
    const auto document = json_of({"gates", "--model", run("gru"), "--text", "a boring film"});
    for (const auto& word : document["texts"][0]["words"]) {
        double sum = 0;
        for (const double unit : word["update_gate"]["units"]) {
            EXPECT_GT(unit, 0);
            EXPECT_LT(unit, 1);
            sum += unit;
        }
        EXPECT_NEAR(word["update_gate"]["mean"], sum / 8, 1e-12);
        EXPECT_FALSE(word.contains("forget_gate"));
        EXPECT_FALSE(word.contains("cell_state"));
    }
}

TEST_F(TrainedGates, OfASimpleRnnAreItsState) {
    const auto result = run_program({"gates", "--model", run("rnn"), "--text", "a boring film"});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_THAT(result.output, AllOf(HasSubstr("A SimpleRNN has no gates"), HasSubstr("change of h")));
}

TEST_F(TrainedGates, AreOfTheLayerAndDirectionAskedFor) {
    const std::vector<std::string> base{"gates", "--model", run("deep"), "--text", "a boring film"};
    const auto with = [&](std::vector<std::string> more) {
        auto arguments = base;
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    };
    const auto text = run_program(base);
    EXPECT_THAT(text.output, AllOf(HasSubstr("layer 2 of 2, forward"), HasSubstr("the whole model on the text")));
    EXPECT_EQ(json_of(with({"--layer", "1", "--direction", "backward"}))["texts"][0]["direction"], "backward");
    expect_refusal(with({"--layer", "3"}), 2, "--layer 3: the model has 2 recurrent layers");
    expect_refusal(with({"--layer", "0"}), 2, "--layer");
    expect_refusal({"gates", "--model", run("lstm"), "--text", "a film", "--direction", "backward"}, 2,
                   "--direction backward: layer 1 reads forward only");
}

TEST_F(TrainedGates, KeepTheLastWordsOfALongTextAsTrainingDoes) {
    std::string text;
    for (int i = 0; i < 50; ++i) text += "the ";
    const auto document = json_of({"gates", "--model", run("lstm"), "--text", text + "film"});
    EXPECT_EQ(document["texts"][0]["words"].size(), 40U);
    EXPECT_EQ(document["texts"][0]["words_cut"], 11);
    EXPECT_EQ(document["texts"][0]["padding"], 0);
}

TEST_F(TrainedGates, CanStartFromAnEmptyState) {
    const auto document = json_of({"gates", "--model", run("lstm"), "--text", "a film", "--no-padding"});
    EXPECT_EQ(document["texts"][0]["padding"], 0);
    EXPECT_EQ(document["texts"][0]["words"][0]["kind"], "start");
}

TEST_F(TrainedGates, BecomeAPictureWithEveryWord) {
    const ScratchFolder folder;
    for (const bool units : {false, true}) {
        const auto svg = folder / (units ? "units.svg" : "means.svg");
        std::vector<std::string> arguments{"gates", "--model", run("lstm"), "--text", "the <i>film</i> & music",
                                           "--svg", svg};
        if (units) arguments.emplace_back("--units");
        const auto result = run_program(arguments);
        ASSERT_EQ(result.exit_code, 0) << result.errors;
        EXPECT_THAT(content_of(svg), AllOf(HasSubstr(">music</text>"), HasSubstr("forget gate"), HasSubstr("‖c‖")));
        test::expect_well_formed_xml(svg);
        if (units) {
            EXPECT_THAT(result.output, HasSubstr("forget gate, unit by unit"));
        }
    }
}

TEST_F(TrainedGates, RefuseTextsAndModelsTheyCannotRead) {
    const auto lstm = run("lstm");
    expect_refusal({"gates", "--model", lstm, "--text", ""}, 2, "--text: the text has no words");
    expect_refusal({"gates", "--model", lstm, "--text", " ... "}, 2, "--text: the text has no words");
    expect_refusal({"gates", "--model", lstm, "--text", "이 영화는 정말 좋았다"}, 2,
                   "knows none of the text's 4 words");
    expect_refusal({"gates", "--model", lstm, "--text", "a \xff film"}, 2, "--text: byte 3 is not UTF-8");
    expect_refusal({"gates", "--model", lstm, "--text", "a \x1b[31m film"}, 2, "control characters");
    expect_refusal({"gates", "--model", lstm}, 2, "--model needs a text to read");
    expect_refusal({"gates", "--text", "a film"}, 2, "--text needs a trained model");
    expect_refusal({"gates", "--model", "/nowhere", "--text", "a film"}, 3, "there is no run folder or model file");
    expect_refusal({"gates", "--vocabulary", "words.json"}, 2,
                   "--vocabulary says how a model is to be read: add --model");
    expect_refusal({"gates", "--model", lstm, "--text", "a film", "--cell", "gru"}, 2, "--cell");
    expect_refusal({"gates", "--model", lstm, "--text", "a film", "--input", "1,2,3"}, 2, "--input");
    expect_refusal({"gates", "--model", lstm, "--text", "a film", "--example", "sentence"}, 2, "--example sentence");
    expect_refusal({"gates", "--model", lstm, "--text", "a film", "--svg", "/"}, 4, "--svg '/' is a folder");
    expect_refusal({"gates", "--units"}, 2, "--units goes with --model");
    const ScratchFolder folder;
    std::ofstream(folder / "broken.keras") << "no model";
    expect_refusal({"gates", "--model", folder / "broken.keras", "--text", "a film"}, 3, "broken.keras");
}

TEST(FilmExample, TrainsTinyKoreanModelsAndShowsTheNotesSentences) {
    const auto result = run_program({"gates", "--example", "film"});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_THAT(result.output, AllOf(HasSubstr("LSTM: trained here on 42 Korean sentences"), HasSubstr("GRU: trained"),
                                     HasSubstr("\"이 영화는 정말 좋았다!\" through the LSTM"), HasSubstr("탁월하다"),
                                     HasSubstr("뛰어났다"), HasSubstr("The notes, of \"정말\"")));
    EXPECT_THAT(result.output, Not(HasSubstr("unknown")));
    EXPECT_EQ(run_program({"gates", "--example", "film"}).output, result.output) << "the same seed, the same run";
}

TEST(FilmExample, JudgesTheNotesSentencesPositive) {
    for (const std::string cell : {"lstm", "gru", "simple_rnn"}) {
        const auto document = json_of({"gates", "--example", "film", "--cell", cell});
        ASSERT_EQ(document["texts"].size(), 3U) << cell;
        for (const auto& text : document["texts"]) {
            EXPECT_GT(text["words"].back()["probability"], 0.5) << cell << " " << text["text"];
            EXPECT_EQ(text["notes"].contains("measured"),
                      cell == "lstm" || (cell == "gru" && text["notes"]["gate"] == "forget_gate"));
        }
    }
}

TEST(FilmExample, ReadsATextOfOnesOwn) {
    const auto document = json_of({"gates", "--example", "film", "--cell", "lstm", "--text", "음악이 정말 지루했다"});
    EXPECT_LT(document["texts"][0]["words"].back()["probability"], 0.5);
}

TEST_F(TrainedGates, ReadTheNotesSentencesInEnglish) {
    const auto result = run_program({"gates", "--example", "film", "--model", run("lstm")});
    // The synthetic corpus knows few words; what it does not know is said.
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_THAT(result.output, HasSubstr("The acting is excellent"));
}

}  // namespace
}  // namespace cellwise
