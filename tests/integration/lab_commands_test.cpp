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
using test::expect_refusal;
using test::json_of;
using test::run_program;
using testing::AllOf;
using testing::HasSubstr;

TEST(RegularisationCommand, ShowsTheTutorialsExamples) {
    const auto result = run_program({"regularisation"});
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_THAT(result.output,
                AllOf(HasSubstr("Linear(10, 20) + BatchNorm1d(20) + ReLU"), HasSubstr("(32, 10) -> (32, 20)"),
                      HasSubstr("Conv2d(3, 16, 3, padding=1) + BatchNorm2d(16) + ReLU"),
                      HasSubstr("SGD(lr=0.01, weight_decay=0.01) on Linear(10, 1)"), HasSubstr("The factor 2")));
    EXPECT_EQ(result.output.find("DIFFERS"), std::string::npos);
}

TEST(RegularisationCommand, JsonHoldsTheStep) {
    const auto document = json_of({"regularisation", "--seed", "5", "--weight-decay", "0.5", "--batch-size", "8"});
    EXPECT_EQ(document["verdict"], "agrees");
    EXPECT_EQ(document["normalisation"].size(), 2U);
    const auto& step = document["weight_decay"];
    for (std::size_t j = 0; j < 11; ++j) {
        const double before = step["before"][j], gradient = step["gradient"][j];
        EXPECT_NEAR(step["after"][j], before - 0.01 * (gradient + 0.5 * before), 1e-15);
    }
    EXPECT_NEAR(step["full_penalty_decay_difference"], step["predicted_difference"], 1e-14);
}

TEST(RegularisationCommand, RefusesWhatMakesNoSense) {
    expect_refusal({"regularisation", "--batch-size", "1"}, 2, "--batch-size: 1 is not between 2 and 512");
    expect_refusal({"regularisation", "--batch-size", "1000000000"}, 2, "--batch-size");
    expect_refusal({"regularisation", "--batch-size", "many"}, 2, "--batch-size: 'many'");
    expect_refusal({"regularisation", "--learning-rate", "0"}, 2, "--learning-rate");
    expect_refusal({"regularisation", "--weight-decay", "nan"}, 2, "--weight-decay");
    expect_refusal({"regularisation", "--seed", "-1"}, 2, "--seed");
    expect_refusal({"regularisation", "--json", "/"}, 4, "is a folder");
}

TEST(SentenceCommand, LearnsTheTutorialsSentence) {
    const auto result = run_program({"sentence"});
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_THAT(result.output, AllOf(HasSubstr("Before training"), HasSubstr("After training"),
                                     HasSubstr("After \"저는 아침에 책을\" the likeliest next word is 읽습니다")));
    const auto document = json_of({"sentence"});
    EXPECT_EQ(document["verdict"], "agrees");
    const auto& sentence = document["sentences"][0];
    EXPECT_EQ(sentence["predicted"], "읽습니다");
    EXPECT_GT(sentence["after"]["words"][2]["next_word_probability"]["읽습니다"], 0.9);
    EXPECT_LT(sentence["before"]["words"][2]["next_word_probability"]["읽습니다"], 0.5);
    EXPECT_EQ(document["losses"].size(), 200U);
}

TEST(SentenceCommand, LearnsWordsOfTheUsersChoice) {
    const auto document = json_of({"sentence", "--text", "the cat sat", "--text", "the dog ran", "--hidden-size", "8"});
    EXPECT_EQ(document["vocabulary"], (json{"the", "cat", "sat", "dog", "ran"}));
    EXPECT_EQ(document["sentences"][0]["predicted"], "sat");
    EXPECT_EQ(document["sentences"][1]["predicted"], "ran");
}

TEST(SentenceCommand, RefusesTextsItCannotUse) {
    expect_refusal({"sentence", "--text", ""}, 2, "--text: the text has no words");
    expect_refusal({"sentence", "--text", " \t "}, 2, "no words");
    expect_refusal({"sentence", "--text", "alone"}, 2, "\"alone\" is a single word");
    expect_refusal({"sentence", "--text", "abc \xff def"}, 2, "--text: byte 5 is not UTF-8");
    expect_refusal({"sentence", "--text", "an escape \x1b[31m"}, 2, "control characters");
    expect_refusal({"sentence", "--text", std::string(5000, 'a')}, 2, "more than 4096 bytes");
    std::string long_text;
    for (int i = 0; i < 65; ++i) long_text += "a ";
    expect_refusal({"sentence", "--text", long_text}, 2, "more than 64 words");
    expect_refusal({"sentence", "--hidden-size", "0"}, 2, "--hidden-size");
    expect_refusal({"sentence", "--steps", "1000000000"}, 2, "--steps");
    expect_refusal({"sentence", "--learning-rate", "inf"}, 2, "--learning-rate");
}

}  // namespace
}  // namespace cellwise
