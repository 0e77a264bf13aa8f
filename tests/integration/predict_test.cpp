// `cellwise predict` as a user runs it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "integration/checks.h"
#include "integration/predicting.h"
#include "integration/program.h"
#include "integration/terminal.h"

namespace cellwise {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::expect_refusal;
using test::probabilities;
using test::run_program;
using test::ScratchFolder;
using testing::HasSubstr;
using testing::Not;

class Predict : public testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = new ScratchFolder();
        const auto result = run_program({"train", "--cell", "gru", "--data", "synthetic", "--limit", "200", "--epochs",
                                         "1", "--length", "30", "--hidden-size", "6", "--embedding-size", "4",
                                         "--vocabulary-size", "40", "--output", run()});
        ASSERT_EQ(result.exit_code, 0) << result.errors;
    }
    static void TearDownTestSuite() { delete folder_; }
    static std::string run() { return (*folder_ / "run").string(); }
    static std::string file(const std::string& name, const std::string& bytes) {
        std::ofstream(*folder_ / name, std::ios::binary) << bytes;
        return (*folder_ / name).string();
    }
    /// The words of the run by rank.
    static std::vector<std::string> words() {
        return json::parse(test::content_of(fs::path(run()) / "vocabulary.json")).get<std::vector<std::string>>();
    }

private:
    static inline ScratchFolder* folder_ = nullptr;
};

TEST_F(Predict, WordsBecomeTheIdsThatTrainingUsed) {
    const auto known = words();
    ASSERT_GT(known.size(), 40U) << "the vocabulary must hold the words beyond the model's too";
    // Start token 1; rank r is id r + 3; ids from 40 are 2; words in no vocabulary are dropped.
    const auto text = known[0] + " qqqq " + known[4] + ", " + known[39] + "!";
    const auto result = run_program({"predict", "--model", run(), text, "--json", "-"});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    const auto prediction = json::parse(result.output)["predictions"][0];
    EXPECT_EQ(prediction["words"], 4);
    EXPECT_EQ(prediction["unknown_words"], 2);
    EXPECT_EQ(prediction["unknown_share"], 0.5);
    EXPECT_EQ(prediction["text"], text);
    EXPECT_EQ(prediction["label"], prediction["probability"].get<double>() > 0.5 ? "positive" : "negative");
    EXPECT_EQ(probabilities(run(), json{{1, 4, 8, 2}})[0], prediction["probability"].get<double>());
}

TEST_F(Predict, ReadsALineEachAndKeepsTheirOrder) {
    std::string lines;
    std::vector<std::string> arguments{"predict", "--model", run(), "--json", "-"};
    for (int i = 0; i < 20; ++i) {
        const auto text = words()[static_cast<std::size_t>(i)] + " film";
        lines += text + (i % 2 == 0 ? "\r\n" : "\n");
        arguments.push_back(text);
    }
    const auto by_file =
        run_program({"predict", "--model", run(), "--json", "-", "--file", file("reviews.txt", lines)});
    ASSERT_EQ(by_file.exit_code, 0) << by_file.errors;
    EXPECT_EQ(json::parse(by_file.output), json::parse(run_program(arguments).output));
    EXPECT_EQ(json::parse(by_file.output)["predictions"].size(), 20U);
}

TEST_F(Predict, SaysWhatItCannotTell) {
    const auto result = run_program({"predict", "--model", run(), "qqqq", words()[0]});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.errors, HasSubstr("1 of 2 texts have no word that the model knows"));
    EXPECT_THAT(result.output, HasSubstr("100.0% unknown  qqqq\n"));
}

TEST_F(Predict, BadInputIsNamed) {
    expect_refusal({"predict", "--model", run(), ""}, 2, "is empty");
    expect_refusal({"predict", "--model", run(), "\xff"}, 2, "not UTF-8");
    expect_refusal({"predict", "--model", run(), "--file", file("bad.txt", "good\nb\xff\n")}, 3,
                   "bad.txt', line 2: not UTF-8 at its byte 2");
    expect_refusal({"predict", "--model", run(), "--file", "nowhere.txt"}, 3, "nowhere.txt");
    expect_refusal({"predict", "--model", run(), "--file", "x", "text"}, 2, "not both");
    expect_refusal({"predict", "--model", "nowhere", "text"}, 3, "there is no run folder or model file 'nowhere'");
    expect_refusal({"predict", "text"}, 2, "--model");
    expect_refusal({"predict", "--model", run(), "--ids", "1 40"}, 3, "review 1: '40' is no id");
    expect_refusal({"predict", "--model", run(), "--ids", "1 x"}, 3, "'x' is no id");
    expect_refusal({"predict", "--model", run(), "--length", "-1", "text"}, 2, "--length is -1");
    expect_refusal({"predict", "--model", run(), "--vocabulary", file("words.json", "{\"a\": 2}"), "a"}, 3,
                   "words.json");
    expect_refusal({"import", run(), "--output", run() + "2"}, 2, "is a run already");
}

TEST_F(Predict, AKerasFileWithoutWordsSaysSo) {
    const auto keras = run() + ".keras";
    ASSERT_EQ(run_program({"export", run(), "--format", "keras", "--output", keras}).exit_code, 0);
    const auto empty = file("note", "");
    expect_refusal({"predict", "--model", keras, "--data", empty, "text"}, 3, "there are no words for");
    const auto vocabulary = (fs::path(run()) / "vocabulary.json").string();
    const auto with = run_program({"predict", "--model", keras, "--vocabulary", vocabulary, words()[7]});
    EXPECT_EQ(with.exit_code, 0) << with.errors;
    EXPECT_EQ(with.output, run_program({"predict", "--model", run(), words()[7]}).output);
}

TEST_F(Predict, EvaluatingAnExportIsEvaluatingTheRun) {
    const auto keras = run() + "-again.keras";
    ASSERT_EQ(run_program({"export", run(), "--format", "keras", "--output", keras}).exit_code, 0);
    const auto of = [](const std::string& model) {
        const auto result = run_program({"evaluate", model, "--data", "synthetic", "--limit", "300", "--json", "-"});
        EXPECT_EQ(result.exit_code, 0) << result.errors;
        return json::parse(result.output);
    };
    const auto run_result = of(run()), file_result = of(keras);
    EXPECT_EQ(run_result["test_accuracy"], file_result["test_accuracy"]);
    EXPECT_EQ(run_result["test_loss"], file_result["test_loss"]);
    EXPECT_EQ(file_result["cell"], "gru");
}

/// What the program prints, with `content` as its standard input.
std::string with_input(const std::string& arguments, const fs::path& input, const std::string& content) {
    std::ofstream(input, std::ios::binary) << content;
    const auto output = input.string() + ".output";
    const auto command =
        std::string(CELLWISE_PROGRAM) + " predict " + arguments + " <" + input.string() + " >" + output;
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return test::content_of(output);
}

/// The document without the tables' own columns, which every prediction of it must have.
json without_columns(json document) {
    for (auto& prediction : document["predictions"]) {
        EXPECT_TRUE(prediction.contains("columns")) << prediction;
        prediction.erase("columns");
    }
    return document;
}

TEST_F(Predict, ReadsTheTextsOfATable) {
    const auto expected = test::json_of({"predict", "--model", run(), words()[0] + ", \"quoted\"", "two\nlines"});
    const auto csv = "\xEF\xBB\xBFid,review\r\n1,\"" + words()[0] + ", \"\"quoted\"\"\"\r\n2,\"two\nlines\"\r\n";
    const auto of = [&](const std::string& path, const std::string& more = "review") {
        return without_columns(test::json_of({"predict", "--model", run(), "--file", path, "--text-column", more}));
    };
    EXPECT_EQ(of(file("reviews.csv", csv)), expected);
    const auto lines = json{{"review", words()[0] + ", \"quoted\""}}.dump() + "\n\n{\"review\": \"two\\nlines\"}\n";
    EXPECT_EQ(of(file("reviews.jsonl", lines)), expected);
    const auto where = fs::path(file("input", ""));
    const auto flags = "--model " + run() + " --text-column review --json - 2>/dev/null --input-format ";
    EXPECT_EQ(without_columns(json::parse(with_input(flags + "csv", where, csv))), expected);
    EXPECT_EQ(without_columns(json::parse(with_input(flags + "jsonl", where, lines))), expected);
    EXPECT_EQ(json::parse(with_input("--model " + run() + " --json -", where, "a\nb\n"))["predictions"].size(), 2U);
}

TEST_F(Predict, WritesCsvAndJsonLines) {
    const auto path = file("two.txt", words()[0] + ", \"quoted\"\n" + words()[1] + "\n");
    const auto document = test::json_of({"predict", "--model", run(), "--file", path})["predictions"];
    const auto jsonl = run_program({"predict", "--model", run(), "--file", path, "--format", "jsonl"}).output;
    std::istringstream each(jsonl);
    std::size_t count = 0;
    for (std::string line; std::getline(each, line); ++count) EXPECT_EQ(json::parse(line), document[count]);
    EXPECT_EQ(count, 2U);

    // Python's reader is the judge of the table.
    const auto csv = (fs::path(run()).parent_path() / "two.csv").string();
    const auto result = run_program({"predict", "--model", run(), "--file", path, "--format", "csv"});
    std::ofstream(csv, std::ios::binary) << result.output;
    const auto read = csv + ".json";
    const auto command = "python3 -c \"import csv, json; print(json.dumps(list(csv.DictReader(open('" + csv +
                         "', newline='')))))\" >" + read;
    ASSERT_EQ(std::system(command.c_str()), 0);
    const auto rows = json::parse(test::content_of(read));
    ASSERT_EQ(rows.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(rows[i]["text"], document[i]["text"]);
        EXPECT_EQ(rows[i]["label"], document[i]["label"]);
        EXPECT_EQ(std::stod(rows[i]["probability"].get<std::string>()), document[i]["probability"]);
        EXPECT_EQ(std::stod(rows[i]["unknown_share"].get<std::string>()), document[i]["unknown_share"]);
        EXPECT_EQ(rows[i]["words"], document[i]["words"].dump());
    }
}

double log_odds(double probability) { return std::log(probability / (1 - probability)); }

// Every word in turn is replaced by one that the model reads as the unknown word; predict tells the rest.
TEST_F(Predict, OcclusionIsWhatHidingEachWordByHandGives) {
    const auto known = words();
    const std::vector<std::string> text{known[0], known[7], "qqqq", known[3], known[45], known[7], known[12]};
    const auto joined = [](const std::vector<std::string>& parts) {
        std::string all;
        for (const auto& part : parts) all += part + " ";
        return all;
    };
    const auto document = test::json_of({"predict", "--model", run(), "--explain", "occlusion", joined(text)});
    const auto explanation = document["predictions"][0]["explanation"];
    EXPECT_EQ(explanation["method"], "occlusion");
    EXPECT_EQ(explanation["unit"], "log-odds");
    const auto& found = explanation["words"];
    ASSERT_EQ(found.size(), text.size() + 1);
    EXPECT_EQ(found[0]["kind"], "start");
    const double whole = log_odds(document["predictions"][0]["probability"]);
    EXPECT_NEAR(explanation["log_odds"].get<double>(), whole, 1e-5);
    double largest = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto& word = found[i + 1];
        EXPECT_EQ(word["word"], text[i]);
        if (text[i] == "qqqq") {
            EXPECT_EQ(word["kind"], "left_out");
            EXPECT_TRUE(word["contribution"].is_null());
            continue;
        }
        auto altered = text;
        altered[i] = known[50];  // beyond the 40 ids
        const double without =
            log_odds(test::json_of({"predict", "--model", run(), joined(altered)})["predictions"][0]["probability"]);
        EXPECT_NEAR(word["contribution"].get<double>(), whole - without, 2e-6) << text[i];
        largest = std::max(largest, std::abs(word["contribution"].get<double>()));
    }
    EXPECT_EQ(found[5]["kind"], "unknown");
    EXPECT_EQ(found[5]["contribution"], 0.0);
    EXPECT_GT(largest, 1e-4);
}

TEST_F(Predict, GradientsAddUpAndSayHowWell) {
    const auto text = words()[0] + " " + words()[7] + " qqqq " + words()[3];
    const auto explained =
        test::json_of({"predict", "--model", run(), "--explain", "gradients", "--steps", "30", text});
    const auto& prediction = explained["predictions"][0];
    const auto& explanation = prediction["explanation"];
    EXPECT_EQ(explanation["steps"], 30);
    double sum = 0;
    for (const auto& word : explanation["words"]) {
        if (!word["contribution"].is_null()) sum += word["contribution"].get<double>();
    }
    const double padding = log_odds(probabilities(run(), json{{0}})[0]);
    const double difference = log_odds(prediction["probability"]) - padding;
    EXPECT_NEAR(explanation["baseline_log_odds"].get<double>(), padding, 1e-5);
    EXPECT_NEAR(sum, difference, 1e-4);
    EXPECT_NEAR(explanation["sum"].get<double>(), sum, 1e-9);
    EXPECT_NEAR(explanation["completeness_error"].get<double>(), sum - difference, 1e-5);
    const auto shown = run_program({"predict", "--model", run(), "--explain", "gradients", "--top-words", "2", text});
    EXPECT_THAT(shown.output, HasSubstr("error of the integral"));
    EXPECT_THAT(shown.output, HasSubstr("2 more words read"));
    EXPECT_THAT(shown.output, Not(HasSubstr("\x1b")));
}

TEST_F(Predict, ExplainsOnlyWhatTheModelReads) {
    std::string text = words()[1];
    for (int i = 0; i < 40; ++i) text += " " + words()[0];
    const auto words_of = [&](const std::vector<std::string>& more) {
        std::vector<std::string> arguments{"predict", "--model", run(), text};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return test::json_of(arguments)["predictions"][0]["explanation"]["words"];
    };
    const auto found = words_of({"--explain", "occlusion"});
    ASSERT_EQ(found.size(), 42U);
    for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i]["kind"], i < 12 ? "cut" : "word") << i;
        EXPECT_EQ(found[i]["contribution"].is_null(), i < 12) << i;
    }
    const auto csv = run_program({"predict", "--model", run(), "--explain", "occlusion", "--format", "csv", "qqqq"});
    EXPECT_THAT(csv.output, HasSubstr("review,probability,label,word,kind,contribution\n1,0."));
    EXPECT_THAT(csv.output, HasSubstr(",qqqq,left_out,\n"));
}

TEST_F(Predict, ColoursWordsOnATerminal) {
    const std::vector<std::string> command{
        CELLWISE_PROGRAM, "predict", "--model", run(), "--explain", "occlusion", words()[0] + " " + words()[1]};
    test::Terminal terminal(command);
    EXPECT_EQ(terminal.wait(), 0) << terminal.shown();
    EXPECT_THAT(terminal.shown(), testing::ContainsRegex("38;5;[0-9]+;48;5;[0-9]+m" + words()[0]));
    test::Terminal plain(command, {{"NO_COLOR", "1"}});
    EXPECT_EQ(plain.wait(), 0);
    EXPECT_THAT(plain.shown(), Not(HasSubstr("\x1b[")));
    EXPECT_THAT(plain.shown(), HasSubstr(words()[0]));
}

TEST_F(Predict, BadTablesAndFlagsAreNamed) {
    const auto refused = [&](const std::vector<std::string>& more, int code, const std::string& message) {
        std::vector<std::string> arguments{"predict", "--model", run()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        expect_refusal(arguments, code, message);
    };
    refused({"--file", file("a.csv", "id,review\n1,x\n")}, 3, "there is no column 'text'; the columns are: id, review");
    refused({"--file", file("a.csv", "")}, 3, "is empty; a header line is needed");
    refused({"--file", file("a.csv", "text\n\"a\"\n\"b\"\n\"x\n")}, 3, "a quote is opened and never closed");
    refused({"--file", file("a.csv", "text\nx\ny\xff\n")}, 3, "line 3: not UTF-8 at its byte 2");
    refused({"--file", file("a.csv", "\xfft\n")}, 3, "line 1: not UTF-8 at its byte 1");
    refused({"--file", file("a.jsonl", "{\"review\": 1}\n")}, 3, "has no \"text\"; it has: review");
    refused({"--file", file("a.jsonl", "{\"text\": 1}\n")}, 3, "\"text\" is no text");
    refused({"--file", file("a.jsonl", "text\n")}, 3, "line 1: no JSON object");
    refused({"--file", fs::path(run()).parent_path().string()}, 3, "is a folder");
    refused({"--input-format", "xml", "x"}, 2, "--input-format");
    refused({"--explain", "lime", "x"}, 2, "--explain");
    refused({"--explain", "gradients", "--steps", "0", "x"}, 2, "--steps is 0");
    refused({"--top-words", "-1", "x"}, 2, "--top-words is -1");
    refused({"--format", "csv", "--json", "-", "x"}, 2, "both want standard output");
}

// Each kind of model that a Keras file can hold, explained and checked by hand from its ids.
TEST(PredictKeras, ExplainsEveryKindOfModel) {
    const auto folder = fs::path(CELLWISE_SHIPPED_DATA) / "keras_models";
    const auto expected = json::parse(test::content_of(folder / "expected.json"));
    int checked = 0;
    for (const auto& [name, example] : expected.items()) {
        if (name.starts_with("refuse_")) continue;
        const auto model = (folder / (name + ".keras")).string();
        const auto& ids = example["ids"][0];
        const auto explained = [&](const std::string& method) {
            return test::json_of({"predict", "--model", model, "--ids", "--explain", method, test::spaced(ids)});
        };
        json rows = json::array({ids});
        for (std::size_t i = 0; i < ids.size(); ++i) {
            rows.push_back(ids);
            rows.back()[i] = 2;
        }
        const auto by_hand = probabilities(model, rows);
        const auto words = explained("occlusion")["predictions"][0]["explanation"]["words"];
        ASSERT_EQ(words.size(), ids.size()) << name;
        for (std::size_t i = 0; i < words.size(); ++i) {
            EXPECT_NEAR(words[i]["contribution"].get<double>(), log_odds(by_hand[0]) - log_odds(by_hand[i + 1]), 1e-5)
                << name << ", position " << i;
        }
        EXPECT_NEAR(explained("gradients")["predictions"][0]["explanation"]["completeness_error"].get<double>(), 0,
                    1e-4)
            << name;
        ++checked;
    }
    EXPECT_EQ(checked, 10);
}

}  // namespace
}  // namespace cellwise
