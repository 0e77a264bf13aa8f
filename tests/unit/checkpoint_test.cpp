#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "bits_of.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/random.h"
#include "core/safetensors.h"
#include "data/reviews/dataset.h"
#include "learning/checkpoint.h"
#include "learning/fit.h"
#include "scratch_folder.h"
#include "tasks/sentiment/configuration.h"

namespace cellwise::learning {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

data::PaddedReviews made_reviews(std::size_t rows, std::uint64_t seed) {
    data::PaddedReviews reviews;
    reviews.length = 6;
    Random random(seed, "reviews");
    for (std::size_t i = 0; i < rows * reviews.length; ++i) {
        reviews.ids.push_back(static_cast<std::int32_t>(random.below(40)));
    }
    for (std::size_t i = 0; i < rows; ++i) reviews.labels.push_back(static_cast<std::uint8_t>(random.below(2)));
    return reviews;
}

sentiment::Configuration small(Cell cell) {
    sentiment::Configuration configuration;
    configuration.cells = {cell};
    configuration.seed = 5;
    configuration.model.vocabulary_size = 50;  // some rows of the table never get a gradient
    configuration.model.embedding_size = 5;
    configuration.model.hidden_size = 7;
    configuration.model.dropout = 0.3;
    configuration.training.epochs = 2;
    configuration.training.batch_size = 16;
    configuration.training.learning_rate = 0.02;
    return configuration;
}

// A training that can be thrown away and taken up again, as two programs would.
struct Training {
    explicit Training(const sentiment::Configuration& configuration)
        : trainer(models::Classifier(configuration.model_for(configuration.cells.front()), configuration.seed),
                  configuration.training, configuration.seed),
          fit(trainer, configuration.training) {}

    [[nodiscard]] test::Bits bits() { return test::bits_of(trainer); }

    learning::Trainer trainer;
    learning::Fit fit;
};

class Checkpoint : public testing::Test {
protected:
    Checkpoint() {
        at::set_num_threads(1);  // hundreds of tiny trainings: starting threads would take longer than they
    }

    // Trains, stopping after step `stop` (counted over all epochs), and saves there.
    void train_until(const sentiment::Configuration& configuration, std::int64_t stop) {
        Training training(configuration);
        learning::FitHooks hooks;
        hooks.stop_requested = [&] { return training.trainer.optimizer().steps() >= stop; };
        hooks.save = [&] { save_checkpoint(path, training.fit, sentiment::origin_of(configuration, "data")); };
        ASSERT_FALSE(training.fit.run(train, validation, hooks));
    }

    void expect_refusal(const sentiment::Configuration& configuration, const std::string& sha256,
                        const std::string& message) {
        Training training(configuration);
        try {
            load_checkpoint(path, training.fit, sentiment::origin_of(configuration, sha256));
            ADD_FAILURE() << "accepted, though: " << message;
        } catch (const DataError& error) {
            EXPECT_THAT(error.what(), HasSubstr(message));
            EXPECT_THAT(error.what(), HasSubstr("checkpoint.safetensors"));
        }
    }

    test::ScratchFolder folder;
    fs::path path = folder / "checkpoint.safetensors";
    data::PaddedReviews train = made_reviews(70, 1);  // 5 steps an epoch, the last one short
    data::PaddedReviews validation = made_reviews(30, 2);
};

void expect_same_epochs(const std::vector<records::EpochFigures>& one,
                        const std::vector<records::EpochFigures>& other) {
    ASSERT_EQ(one.size(), other.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
        EXPECT_EQ(one[i].epoch, other[i].epoch);
        EXPECT_EQ(one[i].train.loss, other[i].train.loss);
        EXPECT_EQ(one[i].train.accuracy, other[i].train.accuracy);
        EXPECT_EQ(one[i].validation.loss, other[i].validation.loss);
        EXPECT_EQ(one[i].validation.accuracy, other[i].validation.accuracy);
        EXPECT_EQ(one[i].learning_rate, other[i].learning_rate);
    }
}

std::vector<sentiment::Configuration> variants() {
    std::vector<sentiment::Configuration> list;
    for (const Cell cell : all_cells) {
        for (const auto engine : {models::Engine::fused, models::Engine::torch}) {
            list.push_back(small(cell));
            list.back().model.engine = engine;
        }
    }
    auto sgd = small(Cell::gru);
    sgd.training.optimizer = learning::OptimizerKind::sgd;
    sgd.training.momentum = 0.9;
    sgd.model.batch_norm = true;
    sgd.training.weight_decay = 1e-3;
    list.push_back(sgd);
    auto plain = small(Cell::simple_rnn);
    plain.training.optimizer = learning::OptimizerKind::sgd;
    list.push_back(plain);
    auto deep = small(Cell::lstm);
    deep.model.layers = 2;
    deep.model.bidirectional = true;
    deep.training.precision = learning::Precision::float64;
    deep.training.clip_norm = 0.5;
    list.push_back(deep);
    return list;
}

TEST_F(Checkpoint, GoesOnBitForBitFromEveryStep) {
    for (const auto& configuration : variants()) {
        Training whole(configuration);
        ASSERT_TRUE(whole.fit.run(train, validation, {}));
        // 5 and 10 are the ends of epochs, before their evaluation.
        for (std::int64_t stop = 1; stop <= 10; ++stop) {
            train_until(configuration, stop);
            Training resumed(configuration);
            load_checkpoint(path, resumed.fit, sentiment::origin_of(configuration, "data"));
            EXPECT_EQ(resumed.trainer.optimizer().steps(), stop);
            ASSERT_TRUE(resumed.fit.run(train, validation, {}));
            expect_same_epochs(resumed.fit.epochs(), whole.fit.epochs());
            EXPECT_EQ(resumed.bits(), whole.bits()) << "stopped after step " << stop;
        }
    }
}

TEST_F(Checkpoint, IsWrittenWhenItIsDue) {
    const auto configuration = small(Cell::gru);
    const auto saves = [&](std::int64_t every) {
        Training training(configuration);
        std::vector<std::int64_t> steps;
        learning::FitHooks hooks;
        hooks.save_every = every;
        hooks.save = [&] { steps.push_back(training.trainer.optimizer().steps()); };
        EXPECT_TRUE(training.fit.run(train, validation, hooks));
        return steps;
    };
    EXPECT_THAT(saves(0), testing::ElementsAre(5));  // the end of the last epoch needs none
    EXPECT_THAT(saves(3), testing::ElementsAre(3, 6, 9));
}

// Goes on from a checkpoint between two epochs, which no stop leaves.
TEST_F(Checkpoint, GoesOnBetweenEpochs) {
    const auto configuration = small(Cell::lstm);
    Training whole(configuration);
    learning::FitHooks hooks;
    hooks.save = [&] { save_checkpoint(path, whole.fit, sentiment::origin_of(configuration, "data")); };
    ASSERT_TRUE(whole.fit.run(train, validation, hooks));
    Training resumed(configuration);
    load_checkpoint(path, resumed.fit, sentiment::origin_of(configuration, "data"));
    EXPECT_EQ(resumed.fit.epochs().size(), 1U);
    ASSERT_TRUE(resumed.fit.run(train, validation, {}));
    EXPECT_EQ(resumed.bits(), whole.bits());
}

TEST_F(Checkpoint, KeepsScheduleAndEarlyStopping) {
    for (const auto kind : {learning::ScheduleKind::cosine, learning::ScheduleKind::plateau}) {
        auto configuration = small(Cell::gru);
        configuration.model.batch_norm = true;
        configuration.training.epochs = 12;
        configuration.training.early_stopping = 3;
        configuration.training.schedule = kind;
        configuration.training.schedule_patience = 1;
        Training whole(configuration);
        ASSERT_TRUE(whole.fit.run(train, validation, {}));
        const auto steps = whole.trainer.optimizer().steps();
        EXPECT_LT(whole.fit.best_epoch(), static_cast<std::int64_t>(whole.fit.epochs().size()))
            << "the best epoch's weights must matter";
        for (std::int64_t stop = 1; stop < steps; stop += 3) {
            train_until(configuration, stop);
            Training resumed(configuration);
            load_checkpoint(path, resumed.fit, sentiment::origin_of(configuration, "data"));
            ASSERT_TRUE(resumed.fit.run(train, validation, {}));
            expect_same_epochs(resumed.fit.epochs(), whole.fit.epochs());
            EXPECT_EQ(resumed.fit.best_epoch(), whole.fit.best_epoch());
            EXPECT_EQ(resumed.bits(), whole.bits()) << "stopped after step " << stop;
        }
    }
}

TEST_F(Checkpoint, IsRefusedByNameWhereItDoesNotFit) {
    const auto configuration = small(Cell::lstm);
    train_until(configuration, 3);
    expect_refusal(configuration, "other data", "other data");
    auto other = configuration;
    other.training.learning_rate = 0.5;
    expect_refusal(other, "data", "learning_rate '0.02'");
    other = configuration;
    other.model.engine = models::Engine::torch;
    expect_refusal(other, "data", "engine");
    other = configuration;
    other.threads = 1;
    other.jobs = 3;
    Training training(other);
    EXPECT_NO_THROW(load_checkpoint(path, training.fit, sentiment::origin_of(other, "data")));
}

TEST_F(Checkpoint, IsRefusedByNameWhereItIsDamaged) {
    const auto configuration = small(Cell::simple_rnn);
    train_until(configuration, 4);
    const auto bytes = read_file(path);
    const auto write = [&](const std::string& content) { std::ofstream(path, std::ios::binary) << content; };
    for (const std::size_t kept : {std::size_t{0}, std::size_t{7}, bytes.size() / 3, bytes.size() - 1}) {
        write(bytes.substr(0, kept));
        expect_refusal(configuration, "data", "");
    }
    // One flipped bit in a weight, a moment or the state is a number that nobody would miss.
    Random random(3, "damage");
    for (int i = 0; i < 50; ++i) {
        auto damaged = bytes;
        damaged[random.below(bytes.size())] ^= static_cast<char>(1 << random.below(8));
        write(damaged);
        Training training(configuration);
        EXPECT_THROW(load_checkpoint(path, training.fit, sentiment::origin_of(configuration, "data")), DataError);
    }
    auto content = decode_safetensors(bytes, "test");
    content.metadata["format_version"] = "2";
    write_safetensors(path, content.tensors, content.metadata);
    expect_refusal(configuration, "data", "version 2");
    write_safetensors(path, content.tensors, {{"format", "pt"}});
    expect_refusal(configuration, "data", "not a checkpoint");
}

TEST(RandomState, GivesBackTheSameNumbersAndRefusesOthers) {
    Random random(7, "test");
    (void)random.normal();  // leaves a spare one
    const auto state = random.state();
    Random other(8, "else");
    other.set_state(state);
    for (int i = 0; i < 700; ++i) {
        EXPECT_EQ(random.normal(), other.normal());
        EXPECT_EQ(random.bits(), other.bits());
    }
    EXPECT_THROW(other.set_state(""), DataError);
    EXPECT_THROW(other.set_state(state + " 1"), DataError);
    EXPECT_THROW(other.set_state(state.substr(0, state.size() / 2)), DataError);
    EXPECT_THROW(other.set_state("a" + state), DataError);
}

}  // namespace
}  // namespace cellwise::learning
