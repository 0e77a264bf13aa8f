#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <numeric>
#include <thread>

#include "core/error.h"
#include "core/parallel_for.h"
#include "core/random.h"
#include "models/table_network.h"
#include "tasks/customers/network_kinds.h"
#include "tasks/customers/run_index.h"
#include "unit/error_of.h"

namespace cellwise::customers {
namespace {

using models::TableArchitecture;
using models::TableNetworkOptions;
using testing::HasSubstr;

/// Five features in three steps: a number, a category of three levels, a number.
TableNetworkOptions small_options(TableArchitecture architecture) {
    TableNetworkOptions options;
    options.architecture = architecture;
    options.features = 5;
    if (architecture != TableArchitecture::mlp) options.steps = {0, 1, 1, 1, 2};
    options.outputs = 2;
    options.step_size = 3;
    options.hidden_size = 4;
    return options;
}

std::map<std::string, torch::Tensor> weights_of(const models::TableNetworkImpl& network) {
    std::map<std::string, torch::Tensor> weights;
    for (const auto& item : network.named_parameters()) weights[item.key()] = item.value().detach();
    return weights;
}

/// What stands at each step, feature by feature: [batch, steps, step_size].
torch::Tensor sequence_by_hand(const torch::Tensor& features, const std::map<std::string, torch::Tensor>& weights) {
    const auto& weight = weights.at("steps.weight");
    const auto& bias = weights.at("steps.bias");
    constexpr std::int64_t step[] = {0, 1, 1, 1, 2}, place[] = {0, 0, 1, 2, 0};
    auto sequence = bias.squeeze(1).repeat({features.size(0), 1, 1});
    for (std::int64_t j = 0; j < 5; ++j) {
        sequence.select(1, step[j]) += features.select(1, j).unsqueeze(1) * weight[step[j]][place[j]].unsqueeze(0);
    }
    return sequence;
}

class SmallNetwork : public testing::Test {
protected:
    [[nodiscard]] static std::shared_ptr<models::TableNetworkImpl> network(TableArchitecture architecture) {
        auto made = models::make_table_network(small_options(architecture), 3);
        made->eval();
        return made;
    }
    torch::NoGradGuard no_grad_;
    torch::Tensor features_ = torch::linspace(-2, 2, 35).view({7, 5}).sin();
};

TEST_F(SmallNetwork, AnMlpIsMatrixProducts) {
    const auto mlp = network(TableArchitecture::mlp);
    const auto weights = weights_of(*mlp);
    auto state = features_;
    for (const char* layer : {"first", "second", "output"}) {
        state = state.matmul(weights.at(std::string(layer) + ".weight").t()) + weights.at(std::string(layer) + ".bias");
        if (layer != std::string("output")) state = state / (1 + (-state).exp());
    }
    EXPECT_TRUE(torch::allclose(mlp->forward(features_), state, 1e-5, 1e-6));
}

TEST_F(SmallNetwork, ACnnIsTorchsConvolution) {
    const auto cnn = network(TableArchitecture::cnn);
    const auto weights = weights_of(*cnn);
    auto state = sequence_by_hand(features_, weights).transpose(1, 2);
    for (const char* layer : {"first", "second"}) {
        const std::string name = layer;
        state = torch::silu(torch::conv1d(state, weights.at(name + ".weight"), weights.at(name + ".bias"), 1, 1));
    }
    const auto expected = torch::linear(state.mean(2), weights.at("output.weight"), weights.at("output.bias"));
    EXPECT_TRUE(torch::allclose(cnn->forward(features_), expected, 1e-5, 1e-6));
}

TEST_F(SmallNetwork, AnLstmIsTorchsByTheFusedKernelsToo) {
    const auto lstm = network(TableArchitecture::lstm);
    const auto weights = weights_of(*lstm);
    torch::nn::LSTM reference(torch::nn::LSTMOptions(3, 4).batch_first(true));
    for (auto& item : reference->named_parameters()) item.value().copy_(weights.at("recurrent.cell." + item.key()));
    const auto states = std::get<0>(reference->forward(sequence_by_hand(features_, weights)));
    const auto expected = torch::linear(states.select(1, 2), weights.at("output.weight"), weights.at("output.bias"));
    EXPECT_TRUE(torch::allclose(lstm->forward(features_), expected, 1e-5, 1e-6));
    lstm->compute_with(engine::make_pool(1));
    EXPECT_TRUE(torch::allclose(lstm->forward(features_), expected, 1e-4, 1e-5));
}

/// Two numbers and a category of two levels; what is to be told is an exclusive or, a class of three, or a product.
struct Rows {
    std::vector<double> values, targets, weights;
    std::vector<std::string> names{"first", "second", "kind_a", "kind_b"}, sources{"first", "second", "kind", "kind"};
    std::vector<std::uint8_t> is_number{1, 1, 0, 0};
    Objective objective;

    Rows(Objective wanted, std::size_t count, std::uint64_t seed) : objective(wanted) {
        Random random(seed, "rows of a test");
        for (std::size_t i = 0; i < count; ++i) {
            const double x = random.uniform(-1, 1), y = random.uniform(-1, 1);
            const bool a = random.uniform() < 0.5;
            values.insert(values.end(), {100 + 10 * x, y, a ? 1.0 : 0.0, a ? 0.0 : 1.0});
            if (objective == Objective::regression) {
                targets.push_back(5000 + 100 * (x * y + (a ? 1 : 0)));
            } else if (objective == Objective::binary) {
                targets.push_back((x > 0) != (y > 0) ? 1 : 0);
            } else {
                targets.push_back(a ? 2 : (x > 0) != (y > 0) ? 1 : 0);
            }
        }
    }
    [[nodiscard]] MatrixView view() const { return {values, targets.size(), 4}; }
    [[nodiscard]] TrainingRows training() const {
        return {view(), names, is_number, targets, weights, objective, objective == Objective::binary ? 2UL : 3UL,
                sources};
    }
};

double accuracy(const Model& model, const Rows& rows) {
    const auto answers = model.predict(rows.view());
    const std::size_t outputs = answers.size() / rows.targets.size();
    double right = 0;
    for (std::size_t i = 0; i < rows.targets.size(); ++i) {
        const auto first = answers.begin() + static_cast<std::ptrdiff_t>(i * outputs);
        const auto told =
            outputs == 1
                ? static_cast<double>(*first > 0.5)
                : static_cast<double>(std::max_element(first, first + static_cast<std::ptrdiff_t>(outputs)) - first);
        if (told == rows.targets[i]) right += 1;
    }
    return right / static_cast<double>(rows.targets.size());
}

class EveryNetwork : public testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] std::unique_ptr<Model> fitted(const Rows& rows, const Parameters& parameters = {}) const {
        return kind_.fit(rows.training(), parameters, 42);
    }
    ModelKinds kinds_ = network_kinds();
    const ModelKind& kind_ = kind_of(kinds_, GetParam());
    Parameters quick_{{"epochs", "2"}};
};
INSTANTIATE_TEST_SUITE_P(All, EveryNetwork, testing::Values("mlp", "cnn", "lstm"),
                         [](const auto& one) { return one.param; });

TEST_P(EveryNetwork, LearnsAnExclusiveOr) {
    const auto model = fitted(Rows(Objective::binary, 1500, 1), {{"epochs", "40"}});
    EXPECT_GT(accuracy(*model, Rows(Objective::binary, 500, 2)), 0.9);
}

TEST_P(EveryNetwork, LearnsThreeClassesWhoseProbabilitiesAddUp) {
    const auto model = fitted(Rows(Objective::multiclass, 1500, 1), {{"epochs", "40"}});
    const Rows test(Objective::multiclass, 500, 2);
    EXPECT_GT(accuracy(*model, test), 0.85);
    const auto answers = model->predict(test.view());
    ASSERT_EQ(answers.size(), 1500U);
    for (std::size_t i = 0; i < answers.size(); i += 3) {
        EXPECT_NEAR(answers[i] + answers[i + 1] + answers[i + 2], 1, 1e-12);
    }
}

TEST_P(EveryNetwork, LearnsANumberOfAnyScale) {
    const auto model = fitted(Rows(Objective::regression, 1500, 1));
    const Rows test(Objective::regression, 500, 2);
    const auto answers = model->predict(test.view());
    const double mean = std::accumulate(test.targets.begin(), test.targets.end(), 0.0) / 500;
    double rest = 0, whole = 0;
    for (std::size_t i = 0; i < 500; ++i) {
        rest += std::pow(answers[i] - test.targets[i], 2);
        whole += std::pow(test.targets[i] - mean, 2);
    }
    EXPECT_GT(1 - rest / whole, 0.8);
}

TEST_P(EveryNetwork, HasTheSameBitsOnAnyThread) {
    const Rows rows(Objective::binary, 400, 1);
    const auto expected = fitted(rows, quick_)->bytes();
    for (const int threads : {1, 2}) {
        std::vector<std::string> bytes(4);
        parallel_for(bytes.size(), threads, [&](std::size_t i) { bytes[i] = fitted(rows, quick_)->bytes(); });
        for (const auto& one : bytes) EXPECT_EQ(one, expected) << threads;
    }
    EXPECT_NE(kind_.fit(rows.training(), quick_, 43)->bytes(), expected) << "another seed";
}

TEST_P(EveryNetwork, IsReadBackToTheBit) {
    for (const auto objective : {Objective::binary, Objective::multiclass, Objective::regression}) {
        const Rows rows(objective, 300, 1);
        const auto model = fitted(rows, quick_);
        const auto loaded = kind_.load(model->bytes(), "a file");
        EXPECT_EQ(loaded->bytes(), model->bytes());
        EXPECT_EQ(loaded->predict(rows.view()), model->predict(rows.view()));
        EXPECT_EQ(loaded->margin_unit(), model->margin_unit());
    }
}

TEST_P(EveryNetwork, ContributionsAddUpToTheMargin) {
    const Rows few(Objective::binary, 5, 3);
    const auto model = fitted(Rows(Objective::binary, 300, 1), quick_);
    const auto answers = model->predict(few.view());
    const auto contributions = model->contributions(few.view());
    ASSERT_TRUE(contributions);
    for (std::size_t i = 0; i < 5; ++i) {
        const auto parts = contributions->of(i);
        const double margin = std::accumulate(parts.begin(), parts.end(), 0.0);
        EXPECT_NEAR(margin, std::log(answers[i] / (1 - answers[i])), 1e-9);
    }
}

// The integral along the line, by finite differences of the prediction itself.
TEST_P(EveryNetwork, ContributionsAreTheIntegralOfTheGradient) {
    const Rows rows(Objective::regression, 300, 1);
    const auto model = fitted(rows, quick_);
    std::vector<double> average(4);
    for (std::size_t i = 0; i < rows.values.size(); ++i) average[i % 4] += rows.values[i] / 300;
    const std::vector<double> customer(rows.values.begin(), rows.values.begin() + 4);
    constexpr std::size_t points = 400;
    constexpr double nudge = 1e-2;
    std::vector<double> questions;
    for (std::size_t j = 0; j < 4; ++j) {
        for (std::size_t point = 0; point < points; ++point) {
            for (const double side : {-0.5, 0.5}) {
                for (std::size_t k = 0; k < 4; ++k) {
                    const double along = (static_cast<double>(point) + 0.5) / points + (k == j ? side * nudge : 0);
                    questions.push_back(average[k] + along * (customer[k] - average[k]));
                }
            }
        }
    }
    const auto answers = model->predict({questions, 4 * points * 2, 4});
    const auto parts = model->contributions({customer, 1, 4});
    ASSERT_TRUE(parts);
    for (std::size_t j = 0; j < 4; ++j) {
        double integral = 0;
        for (std::size_t i = 2 * j * points; i < 2 * (j + 1) * points; i += 2) {
            integral += (answers[i + 1] - answers[i]) / nudge / points;
        }
        EXPECT_NEAR(parts->of(0)[j], integral, 0.1) << "of a target that varies by 60: " << j;
    }
}

// Where the features know nothing, a probability is the label's share, and the share of its weight with weights.
TEST_P(EveryNetwork, CountsRowsByTheirWeights) {
    Rows rows(Objective::binary, 1000, 1);
    Random random(5, "labels of a test");
    double positive = 0;
    for (auto& target : rows.targets) positive += target = random.uniform() < 0.3 ? 1 : 0;
    const Parameters some{{"epochs", "8"}};
    const auto mean = [&](const Model& model) {
        const auto answers = model.predict(rows.view());
        return std::accumulate(answers.begin(), answers.end(), 0.0) / static_cast<double>(answers.size());
    };
    EXPECT_NEAR(mean(*fitted(rows, some)), positive / 1000, 0.05);
    for (const double target : rows.targets) rows.weights.push_back(target == 1 ? 9 : 1);
    EXPECT_NEAR(mean(*fitted(rows, some)), 9 * positive / (9 * positive + 1000 - positive), 0.05);
}

TEST_P(EveryNetwork, RefusesWhatMakesNoSense) {
    const Rows rows(Objective::binary, 100, 1);
    const auto refusal = [&](const Parameters& parameters) {
        return test::error_of<UsageError>([&] { (void)fitted(rows, parameters); });
    };
    EXPECT_THAT(refusal({{"depth", "3"}}), HasSubstr("has no parameter 'depth'"));
    EXPECT_THAT(refusal({{"epochs", "0"}}), HasSubstr(GetParam() + ".epochs 0 is not from 1"));
    EXPECT_THAT(refusal({{"dropout", "1"}}), HasSubstr("below 1"));
    const auto bytes = fitted(rows, quick_)->bytes();
    const auto broken = [&](const std::string& text) {
        return test::data_error([&] { (void)kind_.load(text, "the file"); });
    };
    EXPECT_THAT(broken(bytes.substr(0, bytes.size() / 2)), HasSubstr("the file"));
    auto other = bytes;
    const auto place = other.find("\"hidden_size\":\"");
    ASSERT_NE(place, std::string::npos);
    other[place + 15] = '9';
    EXPECT_THAT(broken(other), HasSubstr("in place of"));
    EXPECT_THAT(test::data_error([&] {
                    (void)fitted(rows, quick_)->predict({rows.values, 200, 2});
                }),
                testing::Not(HasSubstr("no DataError")));
}

TEST(RunFiles, HoldTheFileOfEveryKind) {
    const auto names = run_file_names();
    for (const auto& kind : all_model_kinds()) EXPECT_THAT(names, testing::Contains(kind.file)) << kind.name;
}

}  // namespace
}  // namespace cellwise::customers
