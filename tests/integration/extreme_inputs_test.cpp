#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/safetensors.h"
#include "integration/checks.h"
#include "integration/small_run.h"

// Inputs at the edge of what there is, and numbers that are none.
namespace cellwise {
namespace {

using test::run_program;
using test::ScratchFolder;
using testing::HasSubstr;

// Trains every cell on the rows (text, label), with batch norm; its accuracies must be numbers.
void expect_trains(const std::vector<std::string>& texts, const std::vector<std::string>& more) {
    const ScratchFolder folder;
    std::ofstream table(folder / "texts.csv");
    table << "text,label\n";
    for (std::size_t i = 0; i < texts.size(); ++i) table << '"' << texts[i] << "\"," << i % 2 << '\n';
    table.close();
    std::vector<std::string> words{"compare",  "--data",       folder / "texts.csv", "--epochs", "2",
                                   "--length", "10",           "--hidden-size",      "4",        "--embedding-size",
                                   "4",        "--batch-norm", "--no-report",        "--output", folder / "run"};
    words.insert(words.end(), more.begin(), more.end());
    const auto json = test::json_of(words);
    ASSERT_EQ(json["runs"].size(), 3U);
    for (const auto& run : json["runs"]) {
        ASSERT_TRUE(run["test_loss"].is_number()) << run;  // JSON has no other numbers than finite ones
    }
}

std::vector<std::string> many(const std::string& text, std::size_t count) {
    return std::vector<std::string>(count, text);
}

TEST(ExtremeInputs, BatchesOfOneHaveNoVariance) { expect_trains(many("a good film", 20), {"--batch-size", "1"}); }

TEST(ExtremeInputs, EqualReviewsHaveNoVariance) {
    expect_trains(many("the same words again", 40), {"--batch-size", "16"});
    expect_trains(many("the same words again", 40), {"--batch-size", "16", "--engine", "torch"});
}

TEST(ExtremeInputs, ReviewsWithoutAWordAreRefusedByTheirLines) {
    const ScratchFolder folder;
    std::ofstream(folder / "texts.csv") << "text,label\ngood,1\n\"\",0\nbad,0\n";
    test::expect_refusal({"train", "--data", folder / "texts.csv", "--output", folder / "run"}, 3,
                         "1 of 3 texts have no words (line 3)");
}

// Words beyond the vocabulary are all the same to a model.
TEST(ExtremeInputs, ReviewsOfUnknownWordsTrain) {
    expect_trains(many("never heard of before", 40), {"--vocabulary-size", "4", "--bidirectional", "--layers", "2"});
}

class TrainedModel : public testing::Test {
protected:
    void SetUp() override { test::make_small_run("60", "train", folder_ / "run", {"--batch-norm"}); }
    ScratchFolder folder_;
};

TEST_F(TrainedModel, ReadsAnEmptyReviewAndOneOfAMillionWords) {
    std::ofstream texts(folder_ / "texts.txt");
    texts << "\n";
    for (int i = 0; i < 1'000'000; ++i) texts << (i % 3 == 0 ? "film " : "unheard ");
    texts << "\n" << std::string(3'000'000, 'x') << "\n";
    texts.close();
    const auto json = test::json_of({"predict", "--model", folder_ / "run", "--file", folder_ / "texts.txt"});
    ASSERT_EQ(json["predictions"].size(), 3U);
    EXPECT_EQ(json["predictions"][1]["words"], 1'000'000);
    EXPECT_EQ(json["predictions"][2]["words"], 1);
    for (const auto& prediction : json["predictions"]) {
        const auto probability = prediction["probability"].get<double>();
        EXPECT_TRUE(probability > 0 && probability < 1);
    }
}

TEST_F(TrainedModel, WeightsThatAreNoNumbersAreNamed) {
    const auto file = folder_ / "run" / "model.safetensors";
    const auto content = read_safetensors(file);
    for (const float broken : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
        auto tensors = content.tensors;
        for (auto& tensor : tensors) {
            if (tensor.name == "recurrent_0.cell.weight_hh_l0") {
                std::memcpy(tensor.bytes.data() + 6 * sizeof broken, &broken, sizeof broken);
            }
        }
        write_safetensors(file, tensors, content.metadata);
        for (const char* command : {"predict", "evaluate", "summary"}) {
            std::vector<std::string> words{command, folder_ / "run"};
            if (std::string(command) == "predict") words = {command, "--model", folder_ / "run", "a film"};
            // Four units: value 6 stands in row 1, column 2.
            test::expect_refusal(
                words, 3,
                "tensor 'recurrent_0.cell.weight_hh_l0' holds 1 that are not finite numbers among its 64 "
                "values, the first at [1, 2]");
        }
    }
}

TEST_F(TrainedModel, BatchNormWithoutVarianceStaysFinite) {
    const auto file = folder_ / "run" / "model.safetensors";
    auto content = read_safetensors(file);
    for (auto& tensor : content.tensors) {
        if (tensor.name == "batch_norm.running_var") std::fill(tensor.bytes.begin(), tensor.bytes.end(), std::byte{0});
    }
    write_safetensors(file, content.tensors, content.metadata);
    const auto json = test::json_of({"predict", "--model", folder_ / "run", "a film"});
    EXPECT_TRUE(std::isfinite(json["predictions"][0]["probability"].get<double>()));
}

// A file must not clear the screen, or hide a line, of who reads what is wrong with it.
TEST(ExtremeInputs, MessagesShowControlCharactersOfFiles) {
    const ScratchFolder folder;
    std::ofstream(folder / "settings.toml") << "\"\\u001b[2Jred\" = 1\n";
    const auto result = run_program({"train", "--config", folder / "settings.toml"});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.errors, HasSubstr("\\x1b[2Jred"));
    EXPECT_THAT(result.errors, testing::Not(HasSubstr("\x1b")));
}

TEST(ExtremeInputs, InfiniteSettingsAreRefused) {
    for (const char* flag : {"--learning-rate", "--clip-norm", "--weight-decay", "--l2", "--dropout", "--momentum"}) {
        for (const char* value : {"nan", "inf", "-inf", "1e999"}) {
            test::expect_refusal({"train", "--data", "synthetic", flag, value}, 2, flag);
        }
    }
}

}  // namespace
}  // namespace cellwise
