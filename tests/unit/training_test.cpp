#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/random.h"
#include "data/reviews/dataset.h"
#include "engine/thread_pool.h"
#include "learning/clipping.h"
#include "learning/divergence.h"
#include "learning/loss.h"
#include "learning/optimizer.h"
#include "runs/run_folder.h"
#include "tasks/sentiment/baseline.h"
#include "tasks/sentiment/configuration.h"
#include "tasks/sentiment/run_files.h"
#include "toy_reviews.h"

namespace cellwise::learning {
namespace {

using models::Variable;
using sentiment::bag_of_embeddings;
using sentiment::tfidf_logistic_regression;
using test::toy_model;
using test::toy_reviews;

torch::Tensor weight(std::vector<double> values) {
    return torch::tensor(values, torch::kFloat64).set_requires_grad(true);
}

TEST(Clipping, IsPerGroupOrOverAll) {
    const std::vector<std::string> groups{"a", "b", "b"};
    const std::vector<double> squares{4, 9, 16};  // norms 2; 5 of the group
    using testing::ElementsAre;
    EXPECT_THAT(clip_factors(groups, squares, 0, 0), ElementsAre(1, 1, 1));
    EXPECT_THAT(clip_factors(groups, squares, 2.5, 0), ElementsAre(1, 0.5, 0.5));
    EXPECT_THAT(clip_factors(groups, squares, 0, std::sqrt(29) / 4), testing::Each(testing::DoubleEq(0.25)));
    EXPECT_THAT(clip_factors(groups, squares, 0, 100), ElementsAre(1, 1, 1));
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_THAT(clip_factors(groups, {infinity, 9, 16}, 2.5, 0), ElementsAre(0, 0.5, 0.5));
    EXPECT_TRUE(std::isnan(clip_factors(groups, {std::nan(""), 9, 16}, 0, 1)[2]));
}

TEST(Loss, IsKerasBinaryCrossEntropyWithItsClipping) {
    const auto logits = torch::tensor({0.3, -2.0, 40.0, 40.0}, torch::kFloat64).set_requires_grad(true);
    const auto labels = torch::tensor({1.0, 0.0, 0.0, 1.0}, torch::kFloat64);
    const auto loss = keras_cross_entropy(logits, labels);
    const auto p = [](double z) { return 1 / (1 + std::exp(-z)); };
    EXPECT_NEAR(loss[0].item<double>(), -std::log(p(0.3)), 1e-12);
    EXPECT_NEAR(loss[1].item<double>(), -std::log(1 - p(-2.0)), 1e-12);
    EXPECT_NEAR(loss[2].item<double>(), -std::log(1e-7), 1e-6);
    EXPECT_NEAR(loss[3].item<double>(), -std::log(1 - 1e-7), 1e-12);
    loss.sum().backward();
    EXPECT_NEAR(logits.grad()[0].item<double>(), p(0.3) - 1, 1e-12);
    EXPECT_EQ(logits.grad()[2].item<double>(), 0) << "a clipped probability has no gradient";
}

TEST(Loss, OfAStepIsTheMeanAndHasItsGradient) {
    torch::manual_seed(1);
    const auto labels = torch::randint(2, {9}, torch::kUInt8);
    auto values = 4 * torch::randn({9}, torch::kFloat64);
    values[2] = 50;  // clipped
    values[3] = -50;
    for (const auto type : {torch::kFloat64, torch::kFloat32}) {
        const double tolerance = type == torch::kFloat64 ? 1e-14 : 1e-6;
        for (const auto& [rows, of] : {std::pair<std::int64_t, std::int64_t>{9, 9}, {4, 9}, {0, 9}, {5, 40}}) {
            auto one = values.clone().to(type).set_requires_grad(true);
            auto other = values.clone().to(type).set_requires_grad(true);
            const auto loss = mean_cross_entropy(one, labels, rows, of);
            const auto expected =
                keras_cross_entropy(other, labels.to(type)).narrow(0, 0, rows).sum() / static_cast<double>(of);
            EXPECT_NEAR(loss.item<double>(), expected.item<double>(), tolerance);
            (3 * loss).backward();  // the adjoint counts
            (3 * expected).backward();
            EXPECT_LT((one.grad() - other.grad()).abs().max().item<double>(), tolerance) << rows << " of " << of;
        }
    }
}

TEST(Adam, FollowsKerasRuleStepByStep) {
    learning::TrainingOptions options;
    options.learning_rate = 0.1;
    auto theta = weight({1.0, -2.0});
    learning::Optimizer optimizer({{"w", theta, "w", true}}, options);
    double reference[] = {1.0, -2.0}, m[] = {0, 0}, v[] = {0, 0};
    Random random(1, "test");
    for (int t = 1; t <= 5; ++t) {
        const double g[] = {random.normal(), 1e-6 * random.normal()};
        theta.mutable_grad() = torch::tensor({g[0], g[1]}, torch::kFloat64);
        optimizer.step();
        for (int i = 0; i < 2; ++i) {
            m[i] = 0.9 * m[i] + 0.1 * g[i];
            v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
            const double rate = 0.1 * std::sqrt(1 - std::pow(0.999, t)) / (1 - std::pow(0.9, t));
            reference[i] -= rate * m[i] / (std::sqrt(v[i]) + 1e-7);
            EXPECT_NEAR(theta[i].item<double>(), reference[i], 1e-12) << "step " << t;
        }
    }
}

TEST(Sgd, HasMomentumAndCoupledOrDecoupledDecay) {
    learning::TrainingOptions options;
    options.optimizer = learning::OptimizerKind::sgd;
    options.learning_rate = 0.1;
    options.momentum = 0.5;
    options.weight_decay = 0.01;
    for (const auto mode : {learning::WeightDecayMode::coupled, learning::WeightDecayMode::decoupled}) {
        options.weight_decay_mode = mode;
        auto theta = weight({2.0});
        learning::Optimizer optimizer({{"w", theta, "w", true}}, options);
        double reference = 2, velocity = 0;
        for (const double g : {1.0, -3.0}) {
            theta.mutable_grad() = torch::tensor({g}, torch::kFloat64);
            optimizer.step();
            if (mode == learning::WeightDecayMode::decoupled) reference *= 1 - 0.1 * 0.01;
            velocity = 0.5 * velocity - 0.1 * (g + (mode == learning::WeightDecayMode::coupled ? 0.01 * reference : 0));
            reference += velocity;
            EXPECT_NEAR(theta.item<double>(), reference, 1e-14);
        }
    }
}

// The rate changes before every step, as a schedule changes it: what Keras itself did
// (tests/interop/make_sgd_golden.py).
TEST(Sgd, KeepsTheRateInsideTheVelocityAsKerasDoes) {
    const auto golden =
        nlohmann::json::parse(read_file(std::filesystem::path(CELLWISE_SHIPPED_DATA) / "sgd_golden.json"));
    for (const auto& example : golden.at("cases")) {
        learning::TrainingOptions options;
        options.optimizer = learning::OptimizerKind::sgd;
        options.learning_rate = 0.1;
        options.momentum = example.at("momentum");
        for (const auto type : {torch::kFloat64, torch::kFloat32}) {
            const bool is_fused = type == torch::kFloat32;
            auto theta = torch::tensor(example.at("initial").get<std::vector<double>>(), type).set_requires_grad(true);
            learning::Optimizer optimizer({{"w", theta, "w", true}}, options,
                                          is_fused ? std::make_shared<engine::ThreadPool>(2) : nullptr);
            for (std::size_t step = 0; step < example.at("gradients").size(); ++step) {
                theta.mutable_grad() = torch::tensor(example["gradients"][step].get<std::vector<double>>(), type);
                optimizer.set_learning_rate(example["rates"][step]);
                optimizer.step();
                const auto expected = example["weights"][step].get<std::vector<double>>();
                for (std::size_t i = 0; i < expected.size(); ++i) {
                    EXPECT_NEAR(theta[static_cast<std::int64_t>(i)].item<double>(), expected[i], 2e-6)
                        << "step " << step;
                }
            }
        }
    }
}

// One SGD step with rate 1 from zero weights shows the gradient that clipping left.
std::vector<double> clipped(const learning::TrainingOptions& clipping, const std::vector<std::string>& keras_names) {
    auto options = clipping;
    options.optimizer = learning::OptimizerKind::sgd;
    options.learning_rate = 1;
    std::vector<Variable> variables;
    const double gradients[] = {3, 4, 0.5};
    for (std::size_t i = 0; i < 3; ++i) {
        auto theta = weight({0.0});
        theta.mutable_grad() = torch::tensor({gradients[i]}, torch::kFloat64);
        variables.push_back({std::to_string(i), theta, keras_names[i], true});
    }
    learning::Optimizer optimizer(variables, options);
    optimizer.step();
    std::vector<double> moved;
    for (const auto& variable : variables) moved.push_back(-variable.value.item<double>());
    return moved;
}

TEST(Clipping, WorksPerKerasVariableOrOverAll) {
    using testing::DoubleNear;
    using testing::ElementsAre;
    learning::TrainingOptions options;
    options.clip_norm = 1;
    EXPECT_THAT(clipped(options, {"a", "b", "c"}), ElementsAre(DoubleNear(1, 1e-12), DoubleNear(1, 1e-12), 0.5));
    // Two tensors of ONE variable share its norm, 5.
    EXPECT_THAT(clipped(options, {"a", "a", "c"}), ElementsAre(DoubleNear(0.6, 1e-12), DoubleNear(0.8, 1e-12), 0.5));
    options.clip_norm = 0;
    options.global_clip_norm = 1;
    const double norm = std::sqrt(9 + 16 + 0.25);
    EXPECT_THAT(clipped(options, {"a", "b", "c"}),
                ElementsAre(DoubleNear(3 / norm, 1e-12), DoubleNear(4 / norm, 1e-12), DoubleNear(0.5 / norm, 1e-12)));
}

data::PaddedReviews reviews_of(const std::vector<std::vector<std::int32_t>>& rows, std::vector<std::uint8_t> labels) {
    data::Reviews reviews;
    for (std::size_t i = 0; i < rows.size(); ++i) reviews.add(rows[i], labels[i]);
    return data::pad(reviews, 5);
}

TEST(Baseline, TfidfWithLogisticRegressionIsScikitLearns) {
    // From scikit-learn 1.x: TfidfVectorizer, LogisticRegression(C=1, tol=1e-12), log_loss on these words.
    const auto train =
        reviews_of({{5, 6, 6, 7}, {5, 7, 8}, {9, 6, 6}, {8, 9, 5, 9}, {7, 7, 9}, {6, 5}}, {1, 1, 0, 0, 1, 0});
    const auto test = reviews_of({{5, 9}, {6, 7, 7}, {8, 8, 5}}, {0, 1, 1});
    const auto result = tfidf_logistic_regression(train, test, 10);
    EXPECT_NEAR(result.train.loss, 0.545467740805099, 1e-6);
    EXPECT_NEAR(result.test.loss, 0.5613943641616127, 1e-6);
    EXPECT_EQ(result.test.accuracy, 1);
}

TEST(Baseline, BagOfEmbeddingsLearnsWords) {
    learning::TrainingOptions options;
    options.learning_rate = 0.02;
    options.epochs = 30;
    options.batch_size = 32;
    const auto result = bag_of_embeddings(toy_reviews(300, 6), toy_reviews(100, 6), 20, 8, options, 1);
    EXPECT_GT(result.test.accuracy, 0.9);
    EXPECT_EQ(result.parameters, 20 * 8 + 8 + 1);
}

TEST(Baseline, BagOfEmbeddingsThatDivergesHasNoFigures) {
    learning::TrainingOptions options;
    options.optimizer = learning::OptimizerKind::sgd;
    options.learning_rate = 1e38;
    EXPECT_THROW((void)bag_of_embeddings(toy_reviews(300, 6), toy_reviews(100, 6), 20, 8, options, 1),
                 learning::Diverged);
}

TEST(Configuration, SurvivesTomlAndPresetsComeFirst) {
    sentiment::Configuration configuration;
    configuration.apply_preset("regularised");
    set_from_text(configuration, "cells", "gru, rnn", "--cells");
    set_from_text(configuration, "learning_rate", "0.0123", "--learning-rate");
    set_from_text(configuration, "seeds", "3,7", "--seeds");
    const auto path = std::filesystem::temp_directory_path() / ("cellwise-config-" + std::to_string(::getpid()));
    write_file_atomically(path, to_toml(configuration));
    sentiment::Configuration read;
    apply_toml_file(read, path.string());
    EXPECT_EQ(to_toml(read), to_toml(configuration));
    EXPECT_TRUE(read.model.batch_norm);
    EXPECT_THAT(read.seed_list(), testing::ElementsAre(3, 7));

    write_file_atomically(path, "preset = \"clipped\"\nclip_norm = 2.5\n");
    apply_toml_file(read, path.string());
    EXPECT_EQ(read.training.clip_norm, 2.5);
    write_file_atomically(path, "hidden_sise = 3\n");
    EXPECT_THROW(apply_toml_file(read, path.string()), UsageError);
    write_file_atomically(path, "hidden_size = = 3\n");
    EXPECT_THROW(apply_toml_file(read, path.string()), DataError);
    std::filesystem::remove(path);
}

TEST(RunFolder, IsLockedWhileItIsWorkedIn) {
    const auto folder = std::filesystem::temp_directory_path() / ("cellwise-lock-" + std::to_string(::getpid()));
    std::filesystem::remove_all(folder);
    {
        const auto run = runs::RunFolder::create(folder);
        EXPECT_THROW((void)runs::RunFolder::open_or_create(folder), EnvironmentError);
        EXPECT_FALSE(FolderLock::try_lock(folder));
    }
    EXPECT_TRUE(FolderLock::try_lock(folder));
    std::filesystem::remove_all(folder);
}

TEST(RunFolder, TidiesUpOnlyWhatNobodyWrites) {
    const auto folder = std::filesystem::temp_directory_path() / ("cellwise-tidy-" + std::to_string(::getpid()));
    std::filesystem::remove_all(folder);
    {
        const auto run = runs::RunFolder::create(folder);
        run.write_configuration("");
        AtomicFile checkpoint(run.checkpoint());
        checkpoint.write("half of it");
        EXPECT_THROW((void)runs::RunFolder::open_or_create(folder), EnvironmentError) << "another program is at work";
        checkpoint.write(", and the rest");
        EXPECT_NO_THROW(checkpoint.commit()) << "its unfinished file is not another's to remove";
    }
    const auto left = folder / "model.safetensors.123-4.part";
    write_file_atomically(left, "of a killed program");
    (void)runs::RunFolder::open_or_create(folder);
    EXPECT_FALSE(std::filesystem::exists(left));
    EXPECT_EQ(read_file(runs::RunFolder::view(folder).checkpoint()), "half of it, and the rest");
    std::filesystem::remove_all(folder);
}

TEST(RunFolder, GivesBackTheModelAndRefusesAnotherShape) {
    const auto folder = std::filesystem::temp_directory_path() / ("cellwise-run-" + std::to_string(::getpid()));
    std::filesystem::remove_all(folder);
    sentiment::Configuration configuration;
    configuration.cells = {Cell::gru};
    configuration.model = toy_model(Cell::gru);
    configuration.model.batch_norm = true;
    models::Classifier model(configuration.model_for(Cell::gru), 42);
    const auto run = runs::RunFolder::create(folder);
    run.write_configuration(to_toml(configuration));
    sentiment::write_model(run.path(), model);
    sentiment::write_vocabulary(run.path(), data::Vocabulary({"the", "film", "책을"}));
    EXPECT_THROW((void)runs::RunFolder::create(folder), UsageError) << "a run must not be overwritten";

    auto loaded = sentiment::load_run(folder);
    model->eval();
    loaded.model->eval();
    const auto ids = torch::randint(0, 20, {2, 5});
    EXPECT_TRUE(torch::equal(model->forward(ids), loaded.model->forward(ids)));
    EXPECT_EQ(loaded.vocabulary.words_by_rank().back(), "책을");

    configuration.model.hidden_size = 9;
    run.write_configuration(to_toml(configuration));
    EXPECT_THROW((void)sentiment::load_run(folder), DataError);
    std::filesystem::remove(folder / "model.safetensors");
    EXPECT_THROW((void)sentiment::load_run(folder), DataError);
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace cellwise::learning
