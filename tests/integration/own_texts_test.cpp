// Training on one's own texts, as a user does it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "integration/checks.h"
#include "integration/program.h"

namespace cellwise {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::content_of;
using test::expect_refusal;
using test::json_of;
using test::run_program;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class OwnTexts : public testing::Test {
protected:
    std::string write(const std::string& name, const std::string& content) {
        fs::create_directories((folder / name).parent_path());
        std::ofstream(folder / name, std::ios::binary) << content;
        return folder / name;
    }
    /// A small training of it; the run's folder.
    std::string trained(const std::string& data, std::vector<std::string> more = {}) {
        const std::string run = folder / "run";
        std::vector<std::string> arguments{"train", "--data",       data, "--hidden-size", "2", "--embedding-size",
                                           "2",     "--epochs",     "1",  "--length",      "8", "--output",
                                           run,     "--batch-size", "4"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto result = run_program(arguments);
        EXPECT_EQ(result.exit_code, 0) << result.errors;
        return run;
    }
    test::ScratchFolder folder;
};

// The commands of docs/data.md, as they stand there, in an empty folder.
TEST_F(OwnTexts, TheDocumentsExampleRuns) {
    const auto document = content_of(CELLWISE_DOCS "/data.md");
    const auto section = document.find("## Train on your own texts");
    const auto begin = document.find("```sh\n", section) + 6;
    const auto end = document.find("```", begin);
    ASSERT_NE(section, std::string::npos);
    ASSERT_LT(end, document.find("\n## ", section + 3)) << "the example stands in its section";
    std::istringstream lines(document.substr(begin, end - begin));
    std::vector<std::string> outputs;
    for (std::string line; std::getline(lines, line);) {
        ASSERT_TRUE(line.starts_with("cellwise ")) << line;
        const auto command =
            "cd " + (folder / "").string() + " && " CELLWISE_PROGRAM + line.substr(8) + " >output 2>errors";
        ASSERT_EQ(std::system(command.c_str()), 0) << line << "\n" << content_of(folder / "errors");
        outputs.push_back(content_of(folder / "output"));
    }
    ASSERT_EQ(outputs.size(), 6U);
    const auto accuracy_in = [](const std::string& text) {
        const auto at = text.find("Test Accuracy: ");
        return at == std::string::npos ? -1 : std::stod(text.substr(at + 15));
    };
    EXPECT_GT(accuracy_in(outputs[1]), 0.95);
    EXPECT_GT(accuracy_in(outputs[4]), 0.95);
    EXPECT_THAT(outputs[4], HasSubstr("500 reviews"));
    // The first of the table is what its label says.
    std::istringstream predicted(outputs[5]), labelled(content_of(folder / "more.csv"));
    std::string row, truth;
    int right = 0, rows = 0;
    std::getline(predicted, row);
    std::getline(labelled, truth);
    while (std::getline(predicted, row) && std::getline(labelled, truth)) {
        right += (row.find(",positive,") != std::string::npos) == truth.ends_with("1") ? 1 : 0;
        ++rows;
    }
    EXPECT_EQ(rows, 500);
    EXPECT_GT(right, 475);
}

TEST_F(OwnTexts, TheRunKeepsTheWordsOfItsTrainTexts) {
    const auto train =
        write("train.jsonl",
              "{\"review\": \"b a é é c. B\", \"stars\": true}\n{\"review\": \"Zoo zoo, é a\", \"stars\": 0}\n");
    const auto test = write("test.csv", "review,stars\nnew a zoo,pos\n");
    const std::vector<std::string> columns{"--text-column", "review", "--label-column", "stars"};
    auto more = columns;
    more.insert(more.end(), {"--test-data", test});
    const auto run = trained(train, more);
    EXPECT_THAT(json::parse(content_of(fs::path(run) / "vocabulary.json")), ElementsAre("é", "a", "b", "zoo", "c"));
    EXPECT_EQ(json_of({"evaluate", run})["reviews"], 1);
    EXPECT_EQ(json_of({"evaluate", run, "--test-data", train})["reviews"], 2);
    const auto prediction = json_of({"predict", "--model", run, "new a zoo"})["predictions"][0];
    EXPECT_EQ(prediction["unknown_words"], 1);
    EXPECT_EQ(json_of({"predict", "--model", run, "--ids", "1 5 7"})["predictions"][0]["probability"],
              prediction["probability"]);
}

// Another table's own words have other ranks: the model's count.
TEST_F(OwnTexts, EvaluationReadsOtherTablesByTheModelsWords) {
    std::string csv = "text,label\n", other = "label,text\n";
    for (int i = 0; i < 20; ++i) {
        csv += i % 2 == 0 ? "good good fine film,1\n" : "bad bad poor film,0\n";
        other += i % 2 == 0 ? "0,poor poor poor film bad\n" : "1,fine film film good\n";
    }
    const auto run = trained(write("own.csv", csv), {"--epochs", "40", "--learning-rate", "0.05"});
    const auto path = write("other.csv", other);
    EXPECT_EQ(json_of({"evaluate", run, "--test-data", path})["test_accuracy"], 1.0);
    const auto split = json_of({"evaluate", run, "--data", path});
    EXPECT_EQ(split["reviews"], 4);
    EXPECT_EQ(split["test_accuracy"], 1.0);
    EXPECT_EQ(split["data"]["kind"], "table");
    // The same through a Keras file, which knows no words itself.
    const std::string keras = folder / "own.keras";
    ASSERT_EQ(run_program({"export", run, "--format", "keras", "--output", keras}).exit_code, 0);
    const auto words = (fs::path(run) / "vocabulary.json").string();
    EXPECT_EQ(json_of({"evaluate", keras, "--test-data", path, "--vocabulary", words})["test_accuracy"], 1.0);
}

TEST_F(OwnTexts, AFolderForEachLabelIsTrainedOn) {
    for (int i = 0; i < 8; ++i) {
        write("mail/ham/" + std::to_string(i) + ".txt", "hello friend " + std::to_string(i) + "\r\n");
        write("mail/spam/" + std::to_string(i) + ".txt", "buy now\r\nbuy " + std::to_string(i) + "\n");
    }
    const auto info = run_program({"data", "info", "--data", folder / "mail", "--json", "-"});
    EXPECT_EQ(info.exit_code, 0) << info.errors;
    EXPECT_THAT(info.errors, HasSubstr("label 0 (negative) is 'ham', label 1 (positive) is 'spam'"));
    const auto document = json::parse(info.output);
    EXPECT_EQ(document["source"]["kind"], "label_folder");
    EXPECT_EQ(document["train"]["reviews"], 12);
    EXPECT_EQ(document["train"]["positive"].get<int>() + document["test"]["positive"].get<int>(), 8);
    const auto run = trained(folder / "mail", {"--epochs", "40", "--learning-rate", "0.05"});
    const auto predictions = json_of({"predict", "--model", run, "buy now", "hello friend"})["predictions"];
    EXPECT_EQ(predictions[0]["label"], "spam");
    EXPECT_EQ(predictions[1]["label"], "ham");
    const auto words = json::parse(content_of(fs::path(run) / "vocabulary.json")).get<std::vector<std::string>>();
    EXPECT_THAT(words, testing::Contains("now")) << "no carriage return clings to it";
}

TEST_F(OwnTexts, PackedTablesAreTheTablesInThem) {
    const auto plain = write("t.csv", "text,label\ngood film,1\nbad film,0\ngood cast,1\nbad cast,0\n");
    ASSERT_EQ(std::system(("gzip -k '" + plain + "'").c_str()), 0);
    const auto packed = plain + ".gz";
    EXPECT_EQ(json_of({"customers", "describe", packed})["columns"],
              json_of({"customers", "describe", plain})["columns"]);
    const auto run = trained(packed);
    EXPECT_EQ(json_of({"predict", "--model", run, "--file", packed})["predictions"],
              json_of({"predict", "--model", run, "--file", plain})["predictions"]);
    EXPECT_EQ(json_of({"evaluate", run, "--test-data", packed})["test_loss"],
              json_of({"evaluate", run, "--test-data", plain})["test_loss"]);
}

TEST_F(OwnTexts, BadDataIsNamed) {
    const auto refused = [&](const std::string& data, const std::string& message, std::vector<std::string> more = {},
                             int code = 3) {
        std::vector<std::string> arguments{"train", "--data", data, "--epochs", "1", "--output", folder / "refused"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        expect_refusal(arguments, code, message);
        fs::remove_all(folder / "refused");
    };
    const auto good = write("good.csv", "text,label\na,1\nb,0\nc,1\nd,0\n");
    refused(good, "there is no column 'review'; the columns are: text, label. Name one with --text-column",
            {"--text-column", "review"});
    refused(write("a.csv", "text,label\na,1\nb,maybe\n"), "a.csv', line 3: the label 'maybe' is none of");
    refused(write("a.csv", "text,label\na,1\nb,1\n"), "all 2 texts have the label 1 (positive)");
    refused(write("a.csv", "text,label\na,1\n\" \",0\n"), "1 of 2 texts have no words (line 3)");
    refused(write("a.csv", "text,label\na,1\n\xff,0\n"), "line 3: not UTF-8");
    refused(write("a.csv", "text,label\n\"a\",1\n\"c\",0\n\"b,0\n"), "a quote is opened and never closed");
    refused(write("a.csv", "text,label\n"), "has no labelled texts");
    refused(write("a.csv.gz", "text,label\n"), "has no labelled texts");  // whatever its name says
    refused(write("a.csv.gz", "\x1f\x8b\b"), "a.csv.gz' is packed, and damaged: copy or download it again");
    refused(write("a.parquet", "PAR1"), "a.parquet' is a Parquet file: read it in Python and save it with to_csv");
    expect_refusal({"customers", "describe", folder / "a.parquet"}, 3, "is a Parquet file");
    for (const std::string label : {"a", "b", "c"}) write("three/" + label + "/x.txt", "x");
    refused(folder / "three", "each of two labels (here: a, b, c)");
    refused(good, "there is no data at", {"--test-data", folder / "absent.csv"});
    refused(good, "is of no known kind", {"--test-data", CELLWISE_DOCS "/data.md"});
    refused("synthetic", "--test-data goes with one's own texts", {"--test-data", good}, 2);
}

}  // namespace
}  // namespace cellwise
