// Trains, watches, stops, predicts and looks at gates by function calls alone: no flags, no terminal.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/stop_token.h"
#include "data/reviews/text_reviews.h"
#include "learning/inference.h"
#include "runs/run_folder.h"
#include "scratch_folder.h"
#include "verbs/comparison.h"
#include "verbs/gates.h"
#include "verbs/model_source.h"

namespace cellwise::verbs {
namespace {

namespace fs = std::filesystem;

class Verbs : public testing::Test {
protected:
    [[nodiscard]] TrainRequest request(const std::string& name, Cell cell, std::int64_t threads) const {
        TrainRequest request;
        auto& configuration = request.configuration;
        configuration.cells = {cell};
        configuration.data.path = "synthetic";
        configuration.data.limit = 200;
        configuration.model.embedding_size = 8;
        configuration.model.hidden_size = 8;
        configuration.length = 20;
        configuration.training.epochs = 3;
        configuration.training.batch_size = 16;
        configuration.threads = threads;
        sentiment::settle(configuration);
        request.folder = folder_ / name;
        request.reports = false;
        return request;
    }
    [[nodiscard]] std::string model_of(const std::string& name) const {
        return read_file(folder_ / name / "model.safetensors");
    }

    test::ScratchFolder folder_;
};

/// Counts what it is told of, and may ask for a stop after an epoch.
class Watcher : public runs::RunObserver {
public:
    void planned(std::span<const std::string> titles, std::string_view validation) override {
        titles_.assign(titles.begin(), titles.end());
        validation_ = validation;
    }
    void progressed(std::size_t, const records::Progress& progress) override {
        rows_ = progress.rows;
        if (stop_at_rows_ > 0 && rows_ >= stop_at_rows_) source_.request();
    }
    void epoch_done(std::size_t, const records::EpochFigures& figures, std::int64_t) override {
        epochs_.push_back(figures.epoch);
        if (figures.epoch == stop_after_) source_.request();
    }
    void ended(std::size_t) override { ++ended_; }

    std::vector<std::string> titles_;
    std::string validation_;
    std::int64_t rows_ = 0;
    std::vector<std::int64_t> epochs_;
    int ended_ = 0;
    std::int64_t stop_after_ = 0, stop_at_rows_ = 0;
    StopSource source_;
};

const distributed::ProcessGroup alone(false);

TEST_F(Verbs, TrainIsWatchedStoppedAndGoneOnWithToTheBit) {
    Watcher whole;
    const auto trained = train(request("whole", Cell::lstm, 1), alone, whole, {});
    EXPECT_EQ(whole.titles_, std::vector<std::string>{"LSTM seed 0"});
    EXPECT_EQ(whole.validation_, "test");
    EXPECT_EQ(whole.epochs_, (std::vector<std::int64_t>{1, 2, 3}));
    EXPECT_EQ(whole.rows_, 200);
    EXPECT_EQ(whole.ended_, 1);
    ASSERT_EQ(trained.record.runs.size(), 1U);
    EXPECT_EQ(trained.record.runs.front().epochs.size(), 3U);

    Watcher stopping;
    stopping.stop_after_ = 1;
    try {
        (void)train(request("stopped", Cell::lstm, 1), alone, stopping, stopping.source_.token());
        FAIL() << "it was asked to stop";
    } catch (const Interrupted& stopped) {
        EXPECT_NE(std::string(stopped.what()).find("stopped by its caller"), std::string::npos) << stopped.what();
    }
    EXPECT_FALSE(runs::RunFolder::view(folder_ / "stopped").is_finished());
    EXPECT_EQ(stopping.ended_, 1);

    auto again = request("stopped", Cell::lstm, 1);
    again.resumes = true;
    Watcher resumed;
    (void)train(again, alone, resumed, {});
    EXPECT_EQ(resumed.epochs_, (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(model_of("stopped"), model_of("whole"));
}

// A stop between the step that spoils the weights and the one that would notice it.
TEST_F(Verbs, AStopAfterARefusedSaveDoesNotSayThatEverythingIsSaved) {
    auto asked = request("spoilt", Cell::lstm, 1);
    asked.configuration.training.optimizer = learning::OptimizerKind::sgd;
    asked.configuration.training.learning_rate = 1e45;  // float32 ends at 3.4e38
    asked.configuration.training.clip_norm = 0;
    Watcher stopping;
    stopping.stop_at_rows_ = 16;
    std::string message;
    try {
        (void)train(asked, alone, stopping, stopping.source_.token());
    } catch (const Interrupted& stopped) {
        message = stopped.what();
    }
    EXPECT_EQ(stopping.rows_, 16);
    EXPECT_NE(message.find("the weights are no numbers any more and were not saved"), std::string::npos) << message;
    EXPECT_EQ(message.find("everything is saved"), std::string::npos) << message;
    EXPECT_FALSE(fs::exists(runs::RunFolder::view(folder_ / "spoilt").checkpoint()));
}

TEST_F(Verbs, TwoTrainingsSideBySideHaveTheirOwnThreadsAndTheBitsOfOneAlone) {
    Watcher watcher;
    (void)train(request("lstm alone", Cell::lstm, 1), alone, watcher, {});
    (void)train(request("gru alone", Cell::gru, 3), alone, watcher, {});
    Watcher one, other;
    std::thread first([&] { (void)train(request("lstm", Cell::lstm, 1), alone, one, {}); });
    std::thread second([&] { (void)train(request("gru", Cell::gru, 3), alone, other, {}); });
    first.join();
    second.join();
    EXPECT_EQ(model_of("lstm"), model_of("lstm alone"));
    EXPECT_EQ(model_of("gru"), model_of("gru alone"));
    EXPECT_EQ(runs::RunFolder::environment_of(folder_ / "lstm").at("threads"), 1);
    EXPECT_EQ(runs::RunFolder::environment_of(folder_ / "gru").at("threads"), 3);
}

TEST_F(Verbs, PredictAndGatesSayTheSameOfAText) {
    Watcher watcher;
    (void)train(request("run", Cell::gru, 1), alone, watcher, {});
    auto source = load_model({(folder_ / "run").string(), 0, "", ""});
    const auto words = required_words({}, source, "run");
    const std::string text = words.words_by_rank().at(0) + " " + words.words_by_rank().at(5);
    const auto size = source.configuration.model.vocabulary_size;
    const std::vector<std::string> texts{text};
    const auto reviews = data::encode_texts(texts, words, size, static_cast<std::size_t>(source.configuration.length));
    const auto probabilities = learning::probabilities_of(source.model, reviews.padded, torch::kCPU);
    ASSERT_EQ(probabilities.size(), 1U);

    auto precise = load_model({(folder_ / "run").string(), 0, "", ""}).model;
    precise->to(torch::kFloat64);
    GatesSubject subject{precise, words, source.configuration.length, "run", false};
    const auto traced = trace_text(subject, text, {}, "text");
    ASSERT_FALSE(traced.trace.steps.empty());
    EXPECT_NEAR(traced.trace.steps.back().probability, probabilities.front(), 1e-5);
    EXPECT_EQ(traced.rows.size(), 4U) << "padding, the start, and two words";
}

}  // namespace
}  // namespace cellwise::verbs
