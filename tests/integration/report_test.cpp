#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "integration/checks.h"
#include "integration/program.h"
#include "integration/small_run.h"

namespace cellwise {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::content_of;
using test::expect_refusal;
using test::json_of;
using test::run_program;
using test::ScratchFolder;
using testing::HasSubstr;
using testing::Not;

using Words = std::vector<std::string>;

void make_run(const std::string& command, const std::string& output, const Words& more = {}) {
    test::make_small_run("200", command, output, more);
}

struct Prediction {
    bool is_positive = false;
    double words = 0, probability = 0;
};

std::vector<Prediction> predictions_of(const fs::path& run) {
    std::istringstream lines(content_of(run / "predictions.csv"));
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line, "review,label,words,probability");
    std::vector<Prediction> predictions;
    while (std::getline(lines, line)) {
        Prediction one;
        std::size_t review = 0;
        int label = 0;
        char comma = 0;
        std::istringstream(line) >> review >> comma >> label >> comma >> one.words >> comma >> one.probability;
        EXPECT_EQ(review, predictions.size());
        one.is_positive = label == 1;
        predictions.push_back(one);
    }
    return predictions;
}

/// HasSubstr would print the whole page.
bool holds(const fs::path& page, const std::string& text) { return content_of(page).find(text) != std::string::npos; }

void remove_reports(const fs::path& folder) {
    fs::remove(folder / "report.html");
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.is_directory()) fs::remove(entry.path() / "report.html");
    }
}

TEST(Report, EndsATraining) {
    const ScratchFolder folder;
    make_run("train", folder / "run", {"--cell", "gru"});
    EXPECT_TRUE(holds(folder / "run" / "report.html", "GRU on synthetic reviews"));
    EXPECT_TRUE(holds(folder / "run" / "report.html", "Results on them say nothing about real ones"));
    EXPECT_TRUE(holds(folder / "run" / "report.html", "Validation = test"));
    make_run("train", folder / "without", {"--no-report"});
    EXPECT_FALSE(fs::exists(folder / "without" / "report.html"));
    EXPECT_TRUE(fs::exists(folder / "without" / "predictions.csv"));
}

TEST(Report, NumbersAreThoseOfThePredictions) {
    const ScratchFolder folder;
    make_run("train", folder / "run", {"--early-stopping", "2"});
    const auto predictions = predictions_of(folder / "run");
    ASSERT_EQ(predictions.size(), 200U);
    const auto document = json_of({"report", folder / "run"});
    EXPECT_EQ(document["schema"], "cellwise.report/1");
    const auto& run = document["runs"][0];

    // By their definitions.
    double right = 0, pairs = 0, in_order = 0, brier = 0;
    for (const auto& one : predictions) {
        right += (one.probability > 0.5) == one.is_positive ? 1 : 0;
        brier += std::pow(one.probability - (one.is_positive ? 1 : 0), 2);
        for (const auto& other : predictions) {
            if (!one.is_positive || other.is_positive) continue;
            ++pairs;
            in_order += one.probability > other.probability ? 1 : one.probability == other.probability ? 0.5 : 0;
        }
    }
    const auto result = json::parse(content_of(folder / "run" / "result.json"));
    EXPECT_NEAR(right / 200, result["test_accuracy"].get<double>(), 1e-12);
    EXPECT_EQ(run["test_accuracy"], result["test_accuracy"]);
    EXPECT_NEAR(run["predictions"]["roc_auc"].get<double>(), in_order / pairs, 1e-12);
    EXPECT_NEAR(run["predictions"]["brier_score"].get<double>(), brier / 200, 1e-12);
    const auto& figures = document["groups"][0]["predictions"];
    std::size_t reviews = 0;
    for (const auto& length : figures["accuracy_by_length"]) reviews += length["reviews"].get<std::size_t>();
    EXPECT_EQ(reviews, 200U);

    // The worst error is the wrong answer furthest from a half, with the text that `data show` gives.
    const auto& worst = figures["confident_errors"][0];
    const auto& wrong = predictions[worst["review"].get<std::size_t>()];
    EXPECT_EQ(worst["label"] == "positive", wrong.is_positive);
    EXPECT_NE(wrong.probability > 0.5, wrong.is_positive);
    for (const auto& one : predictions) {
        if ((one.probability > 0.5) == one.is_positive) continue;
        EXPECT_LE(std::abs(one.probability - 0.5), std::abs(wrong.probability - 0.5));
    }
    const auto text = worst["text"].get<std::string>();
    EXPECT_EQ(static_cast<double>(std::count(text.begin(), text.end(), ' ') + 1), wrong.words);
    const auto shown = run_program({"data", "show", "--data", "synthetic", "--split", "test", "--index",
                                    std::to_string(worst["review"].get<int>())});
    EXPECT_THAT(shown.output, HasSubstr(text.substr(0, text.find(' ', 20))));
}

TEST(Report, PredictionsComputedAnewAreTheSame) {
    const ScratchFolder folder;
    make_run("train", folder / "run", {"--cell", "lstm"});
    const auto kept = json_of({"report", folder / "run"});
    fs::remove(folder / "run" / "predictions.csv");
    auto anew = json_of({"report", folder / "run"});
    anew["made"] = kept["made"];
    EXPECT_EQ(anew, kept);
}

TEST(Report, OfAComparisonAndOfSeveral) {
    const ScratchFolder folder;
    make_run("compare", folder / "both", {"--cells", "rnn,gru", "--seeds", "2"});
    EXPECT_TRUE(fs::exists(folder / "both" / "gru-seed-1" / "report.html"));
    EXPECT_TRUE(holds(folder / "both" / "report.html", "RNN and GRU on synthetic reviews"));
    const auto document = json_of({"report", folder / "both"});
    ASSERT_EQ(document["groups"].size(), 2U);
    EXPECT_EQ(document["runs"].size(), 4U);
    EXPECT_EQ(document["differences"][0]["seeds"], 2);
    const auto comparison = json::parse(content_of(folder / "both" / "comparison.json"));
    EXPECT_EQ(document["differences"], comparison["differences"]);
    EXPECT_EQ(document["groups"][1]["test_accuracy"]["mean"], comparison["summary"][1]["mean_accuracy"]);

    make_run("train", folder / "quick", {"--cell", "gru", "--learning-rate", "0.01"});
    const auto mixed = json_of({"report", folder / "both/", folder / "quick", "--output", folder / "mixed.html"});
    ASSERT_EQ(mixed["groups"].size(), 3U);
    EXPECT_EQ(mixed["groups"][2]["name"], "GRU, learning_rate 0.01");
    EXPECT_TRUE(mixed["differences"].empty());
    EXPECT_TRUE(holds(folder / "mixed.html", "GRU, learning_rate 0.01"));
    expect_refusal({"report", folder / "both", folder / "both" / "gru-seed-0", "--output", folder / "x.html"}, 2,
                   "are the same run");

    // What a crash between two writes leaves out is made up for.
    remove_reports(folder / "both");
    const auto resumed = run_program({"compare", "--resume", folder / "both"});
    EXPECT_EQ(resumed.exit_code, 0) << resumed.errors;
    EXPECT_TRUE(fs::exists(folder / "both" / "report.html"));
    EXPECT_TRUE(fs::exists(folder / "both" / "simple_rnn-seed-0" / "report.html"));
}

TEST(Report, SaysWhatIsMissing) {
    const ScratchFolder folder;
    std::ofstream(folder / "own.csv") << "text,label\ngood film,1\nbad film,0\nfine film,1\nawful film,0\nnice,1\n";
    const auto trained = run_program({"train", "--data", folder / "own.csv", "--epochs", "1", "--length", "4",
                                      "--hidden-size", "2", "--embedding-size", "2", "--output", folder / "run"});
    ASSERT_EQ(trained.exit_code, 0) << trained.errors;
    fs::rename(folder / "own.csv", folder / "moved.csv");
    const auto without = run_program({"report", folder / "run"});
    EXPECT_EQ(without.exit_code, 0) << without.errors;
    EXPECT_THAT(without.output, HasSubstr("Errors without their text: the reviews were not found"));
    EXPECT_TRUE(holds(folder / "run" / "report.html", "Without their text: the reviews were not found"));
    EXPECT_THAT(run_program({"report", folder / "run", "--data", folder / "moved.csv"}).output,
                Not(HasSubstr("without their text")));
    EXPECT_THAT(run_program({"report", folder / "run", "--data", "synthetic"}).output,
                HasSubstr("are not those of the run"));
    fs::remove(folder / "run" / "predictions.csv");
    EXPECT_THAT(run_program({"report", folder / "run"}).output, HasSubstr("No predictions of LSTM"));
    expect_refusal({"report", folder / "run", "--data", folder / "absent.csv"}, 3, "absent.csv");
}

TEST(Report, RefusesWhatIsNoFinishedRun) {
    const ScratchFolder folder;
    make_run("train", folder / "run");
    expect_refusal({"report"}, 2, "runs is required");
    expect_refusal({"report", folder / "absent"}, 3, "is not a run");
    std::ofstream(folder / "diary.html") << "mine";
    expect_refusal({"report", folder / "run", "--output", folder / "diary.html"}, 2, "no report of Cellwise");
    EXPECT_EQ(content_of(folder / "diary.html"), "mine");
    expect_refusal({"report", folder / "run", "--output", folder / "no" / "such" / "folder.html"}, 4, "cannot write");

    const auto damaged = [&](const std::string& file, const std::string& content, const std::string& message) {
        const auto path = folder / "run" / file;
        const auto kept = content_of(path);
        std::ofstream(path) << content;
        expect_refusal({"report", folder / "run"}, 3, message);
        std::ofstream(path) << kept;
    };
    damaged("metrics.jsonl", "{\"epoch\": 1", "metrics.jsonl");
    damaged("result.json", "{}", "result.json");
    damaged("config.toml", "cells = 'nothing'", "run': unknown cell 'nothing'");
    damaged("environment.json", "[]", "environment.json");
    damaged("predictions.csv", "review,label,words,probability\n0,1,5,7\n", "predictions.csv', line 2");
    damaged("predictions.csv", "review,label,words,probability\n0,1,5,0.5\n", "tested on 200 reviews");
    EXPECT_EQ(run_program({"report", folder / "run"}).exit_code, 0);
    fs::remove(folder / "run" / "model.safetensors");
    expect_refusal({"report", folder / "run"}, 3, "is not finished");

    make_run("compare", folder / "pair", {"--cells", "rnn,gru"});
    fs::remove(folder / "pair" / "comparison.json");
    expect_refusal({"report", folder / "pair"}, 3, "is not finished");
}

}  // namespace
}  // namespace cellwise
