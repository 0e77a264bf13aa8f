// Reviews and models as people have them, after public reports: what the program must say of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "integration/checks.h"
#include "integration/program.h"

namespace cellwise {
namespace {

namespace fs = std::filesystem;
using test::content_of;
using test::expect_refusal;
using test::json_of;
using test::run_program;
using testing::HasSubstr;
using testing::StartsWith;

class ReaderCases : public testing::Test {
protected:
    void SetUp() override {
        if (!fs::exists(cases)) GTEST_SKIP() << "the cases are not there: " << cases;
    }
    std::vector<std::string> predict(std::vector<std::string> more) const {
        std::vector<std::string> arguments{"predict", "--model", cases / "00-base/lstm.keras", "--vocabulary",
                                           cases / "00-base/words.json"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }
    std::string trained(const std::string& data, std::vector<std::string> more = {}) const {
        const std::string run = folder / "run";
        std::vector<std::string> arguments{"train", "--data",   data, "--hidden-size", "8",  "--embedding-size",
                                           "8",     "--length", "20", "--epochs",      "40", "--learning-rate",
                                           "0.05",  "--output", run};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto result = run_program(arguments);
        EXPECT_EQ(result.exit_code, 0) << result.errors;
        return run;
    }
    std::string write(const std::string& name, const std::string& content) const {
        fs::create_directories((folder / name).parent_path());
        std::ofstream(folder / name, std::ios::binary) << content;
        return folder / name;
    }
    void unpack(const std::string& archive) const {
        const auto command = "tar -xzf '" + (cases / archive).string() + "' -C '" + (folder / "").string() + "'";
        ASSERT_EQ(std::system(command.c_str()), 0);
    }
    const fs::path cases = fs::path(CELLWISE_TEST_DATA) / "../cases";
    test::ScratchFolder folder;
};

// The reviews of B are told apart by the same words as A's, which have other ranks there.
TEST_F(ReaderCases, OtherReviewsAreReadByTheWordsOfTheRun) {
    const auto run = trained(cases / "01-evaluate-other-vocabulary/A.csv");
    EXPECT_EQ(
        json_of({"evaluate", run, "--data", cases / "01-evaluate-other-vocabulary/npz/imdb.npz"})["test_accuracy"],
        1.0);
    EXPECT_EQ(
        json_of({"evaluate", run, "--test-data", cases / "01-evaluate-other-vocabulary/B-test.csv"})["test_accuracy"],
        1.0);
}

TEST_F(ReaderCases, ReviewOfAnotherEncodingIsRefusedBeforeTraining) {
    unpack("02-latin1-review/corpus.tar.gz");
    fs::path corpus;
    for (const auto& entry : fs::recursive_directory_iterator(folder / "")) {
        if (entry.path().filename() == "train") corpus = entry.path().parent_path();
    }
    ASSERT_FALSE(corpus.empty());
    expect_refusal({"train", "--data", corpus, "--epochs", "1", "--output", folder / "refused"}, 3,
                   "not UTF-8 at its byte");
    EXPECT_EQ(run_program({"data", "info", "--data", corpus, "--encoding", "latin-1"}).exit_code, 0);
}

TEST_F(ReaderCases, TextIsNeverTakenApart) {
    const auto bracketed = json_of(predict({"[good film, bad plot]"}))["predictions"];
    ASSERT_EQ(bracketed.size(), 1U);
    EXPECT_EQ(bracketed[0]["text"], "[good film, bad plot]");
    EXPECT_EQ(json_of(predict({"[good film]", "bad, plot"}))["predictions"].size(), 2U);
    const auto ids = json_of(predict({"--ids", "[14, 15, 22]", "14 15 22"}))["predictions"];
    ASSERT_EQ(ids.size(), 2U);
    EXPECT_EQ(ids[0]["probability"], ids[1]["probability"]);
    expect_refusal(predict({"-hated this film"}), 2, "write -- in front");
    expect_refusal(predict({"-bad film"}), 2, "write -- in front");
    const auto dashed = run_program(predict({"--json", "-", "--", "-hated this film"}));
    EXPECT_EQ(nlohmann::json::parse(dashed.output)["predictions"].size(), 1U) << dashed.errors;
}

TEST_F(ReaderCases, ContentDecidesWhatAFileIs) {
    const auto yelp = (cases / "35-predict-by-ending/yelp_academic_dataset_review.json").string();
    const auto predictions = json_of(predict({"--file", yelp}))["predictions"];
    ASSERT_EQ(predictions.size(), 4U);
    EXPECT_EQ(predictions[1]["text"], "the film was good");
    EXPECT_EQ(predictions[1]["columns"]["review_id"], "r1");
    EXPECT_EQ(json_of(predict({"--file", write("A.CSV", "id,text\n1,the film\n")}))["predictions"][0]["text"],
              "the film");
    EXPECT_EQ(json_of(predict({"--file", write("a.txt", "id\ttext\n1\tthe film\n")}))["predictions"].size(), 1U);
    expect_refusal(predict({"--file", write("b.txt", "id\tdocument\n1\tthe film\n")}), 3, "--text-column");
    EXPECT_EQ(json_of(predict({"--file", write("c.txt", "the film, good\nand bad\n")}))["predictions"].size(), 2U);
}

TEST_F(ReaderCases, VocabulariesOfOtherToolsAreRefused) {
    for (const std::string name :
         {"21-vocabulary-of-TextVectorization/vocabulary.json", "23-word-index-plus-3/word_index.json",
          "22-word-index-of-Tokenizer/tokenizer-to-json.json"}) {
        expect_refusal({"predict", "--model", cases / "00-base/lstm.keras", "--vocabulary", cases / name, "the film"},
                       3, "Keras's imdb_word_index.json");
    }
}

// The folders' names come in the other order than their meanings.
TEST_F(ReaderCases, KoreanLabelsAreKnownAndKept) {
    for (int i = 0; i < 10; ++i) {
        write("mail/긍정/" + std::to_string(i) + ".txt", "good good film " + std::to_string(i));
        write("mail/부정/" + std::to_string(i) + ".txt", "bad bad film " + std::to_string(i));
    }
    const auto run = trained(folder / "mail");
    EXPECT_THAT(content_of(fs::path(run) / "config.toml"), HasSubstr("긍정"));
    const auto predictions = json_of({"predict", "--model", run, "good good film", "bad bad film"})["predictions"];
    EXPECT_EQ(predictions[0]["label"], "긍정");
    EXPECT_EQ(predictions[1]["label"], "부정");
    EXPECT_EQ(json_of({"evaluate", run})["test_accuracy"], 1.0);
}

TEST_F(ReaderCases, RunRemembersItsTableAndPredictKeepsTheOtherColumns) {
    std::string table = "number;review;stars\n";
    for (int i = 0; i < 20; ++i) {
        table += std::to_string(i) + ";" + (i % 2 == 0 ? "good good film;5\n" : "bad bad film;1\n");
    }
    const auto path = write("stars.csv", table);
    const auto run = trained(path, {"--text-column", "review", "--label-column", "stars", "--positive-from", "4"});
    EXPECT_EQ(json_of({"evaluate", run, "--test-data", path})["test_accuracy"], 1.0);
    const auto result = run_program({"predict", "--model", run, "--file", path, "--format", "csv"});
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_THAT(result.output, StartsWith("number,review,stars,probability,label,words,unknown_words,unknown_share\n"
                                          "0,good good film,5,"));
}

}  // namespace
}  // namespace cellwise
