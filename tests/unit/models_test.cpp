#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <set>
#include <vector>

#include "core/error.h"
#include "models/classifier.h"

namespace cellwise::models {
namespace {

ClassifierOptions small(Cell cell) {
    ClassifierOptions options;
    options.cell = cell;
    options.vocabulary_size = 20;
    options.embedding_size = 5;
    options.hidden_size = 4;
    return options;
}

TEST(ParameterCount, IsKerasForTheTutorialSizes) {
    EXPECT_EQ(SimpleRNN()->parameter_count(), 1292417);
    EXPECT_EQ(LSTM()->parameter_count(), 1329473);
    EXPECT_EQ(GRU()->parameter_count(), 1317313);
}

TEST(ParameterCount, OfOptionsAgreesWithTheTensors) {
    for (const Cell cell : all_cells) {
        for (const bool bidirectional : {false, true}) {
            for (const std::int64_t layers : {1, 3}) {
                for (const auto reset : {GruReset::after, GruReset::before}) {
                    auto options = small(cell);
                    options.bidirectional = bidirectional;
                    options.layers = layers;
                    options.batch_norm = layers == 3;
                    options.gru_reset = reset;
                    EXPECT_EQ(Classifier(options)->parameter_count(), options.parameter_count());
                }
            }
        }
    }
}

TEST(InitialValues, FollowKeras) {
    for (const Cell cell : all_cells) {
        ClassifierOptions options;
        options.cell = cell;
        const Classifier model(options, 1);
        EXPECT_LT(model->embedding->weight.abs().max().item<float>(), 0.05F);
        EXPECT_NEAR(model->embedding->weight.var().item<double>(), 0.1 * 0.1 / 12, 1e-5);
        const auto weights = model->recurrent[0]->weights(0);
        const auto rows = weights.input.size(0);
        // Glorot's limit counts the units of every gate: the kernel is stored fused.
        const double limit = std::sqrt(6.0 / static_cast<double>(128 + rows));
        EXPECT_LT(weights.input.abs().max().item<double>(), limit);
        EXPECT_GT(weights.input.abs().max().item<double>(), 0.99 * limit);
        const auto gram = weights.recurrent.t().mm(weights.recurrent);
        EXPECT_LT((gram - torch::eye(64)).abs().max().item<double>(), 1e-5);
        EXPECT_EQ(weights.recurrent_bias.abs().max().item<float>(), 0);
        EXPECT_EQ(weights.recurrent_bias.requires_grad(), cell == Cell::gru);
        const auto forget = weights.bias.narrow(0, cell == Cell::lstm ? 64 : 0, 64);
        EXPECT_TRUE(torch::equal(forget, cell == Cell::lstm ? torch::ones(64) : torch::zeros(64)));
        EXPECT_EQ(weights.bias.sum().item<float>(), cell == Cell::lstm ? 64 : 0);
    }
}

TEST(InitialValues, DependOnTheSeedAlone) {
    torch::manual_seed(1);
    const LSTM a(ClassifierOptions{}, 3);
    torch::manual_seed(2);
    const LSTM b(ClassifierOptions{}, 3), c(ClassifierOptions{}, 4);
    for (const auto& item : a->named_parameters()) {
        EXPECT_TRUE(torch::equal(item.value(), b->named_parameters()[item.key()])) << item.key();
    }
    EXPECT_FALSE(torch::equal(a->embedding->weight, c->embedding->weight));
}

// The whole model by loops over scalars, from the formulas of the papers; no tensor operation.
std::vector<double> by_hand(const Classifier& model, const torch::Tensor& ids) {
    const auto& options = model->options();
    const auto hidden_size = options.hidden_size;
    const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
    const auto w = model->recurrent[0]->weights(0);
    const auto at = [](const torch::Tensor& t, std::int64_t i, std::int64_t j) { return t[i][j].item<double>(); };
    std::vector<double> logits;
    for (std::int64_t row = 0; row < ids.size(0); ++row) {
        std::vector<double> h(static_cast<std::size_t>(hidden_size)), c(h);
        for (std::int64_t time = 0; time < ids.size(1); ++time) {
            const auto x = model->embedding->weight[ids[row][time].item<std::int64_t>()];
            const auto input_part = [&](std::int64_t unit) {
                double sum = w.bias[unit].item<double>();
                for (std::int64_t k = 0; k < options.embedding_size; ++k)
                    sum += at(w.input, unit, k) * x[k].item<double>();
                return sum;
            };
            const auto state_part = [&](std::int64_t unit, const std::vector<double>& state) {
                double sum = w.recurrent_bias[unit].item<double>();
                for (std::int64_t k = 0; k < hidden_size; ++k) {
                    sum += at(w.recurrent, unit, k) * state[static_cast<std::size_t>(k)];
                }
                return sum;
            };
            auto next = h;
            std::vector<double> reset_state(h);
            if (options.cell == Cell::gru) {
                for (std::int64_t j = 0; j < hidden_size; ++j) {
                    reset_state[static_cast<std::size_t>(j)] *= sigmoid(input_part(j) + state_part(j, h));
                }
            }
            for (std::int64_t j = 0; j < hidden_size; ++j) {
                const auto u = static_cast<std::size_t>(j);
                const auto gate = [&](std::int64_t g) {
                    return input_part(g * hidden_size + j) + state_part(g * hidden_size + j, h);
                };
                if (options.cell == Cell::simple_rnn) {
                    next[u] = std::tanh(gate(0));
                } else if (options.cell == Cell::lstm) {
                    c[u] = sigmoid(gate(1)) * c[u] + sigmoid(gate(0)) * std::tanh(gate(2));
                    next[u] = sigmoid(gate(3)) * std::tanh(c[u]);
                } else {
                    const double r = sigmoid(gate(0)), z = sigmoid(gate(1));
                    const auto n = 2 * hidden_size + j;
                    const double candidate = options.gru_reset == GruReset::after
                                                 ? std::tanh(input_part(n) + r * state_part(n, h))
                                                 : std::tanh(input_part(n) + state_part(n, reset_state));
                    next[u] = (1 - z) * candidate + z * h[u];
                }
            }
            h = next;
        }
        double logit = model->dense->bias.item<double>();
        for (std::int64_t k = 0; k < hidden_size; ++k)
            logit += at(model->dense->weight, 0, k) * h[static_cast<std::size_t>(k)];
        logits.push_back(logit);
    }
    return logits;
}

TEST(Classifier, ComputesThePapersFormulas) {
    const auto ids = torch::tensor({{0, 3, 19, 7}, {5, 5, 1, 2}}, torch::kInt32);
    for (const Cell cell : all_cells) {
        for (const auto reset : {GruReset::after, GruReset::before}) {
            auto options = small(cell);
            options.gru_reset = reset;
            Classifier model(options, 5);
            model->to(torch::kFloat64);
            {
                const torch::NoGradGuard no_grad;  // biases that are not zero, so that they are tested too
                for (auto& weight : model->parameters()) {
                    if (weight.requires_grad()) weight.add_(0.3 * torch::randn_like(weight));
                }
            }
            const auto logits = model->forward(ids);
            const auto expected = by_hand(model, ids);
            for (std::size_t row = 0; row < expected.size(); ++row) {
                EXPECT_NEAR(logits[static_cast<std::int64_t>(row)].item<double>(), expected[row], 1e-12)
                    << cell_name(cell) << " reset " << gru_reset_name(reset);
            }
        }
    }
}

TEST(Classifier, ReadsBackwardsAsAForwardLayerReadsTheReversedReview) {
    const auto ids = torch::randint(0, 20, {3, 6});
    for (const Cell cell : all_cells) {
        for (const auto reset : {GruReset::after, GruReset::before}) {
            auto options = small(cell);
            options.gru_reset = reset;
            options.bidirectional = true;
            Random random(1, "weights");
            RecurrentLayer both(options, 5, random);
            options.bidirectional = false;
            RecurrentLayer one(options, 5, random);
            {
                const torch::NoGradGuard no_grad;
                const auto from = both->weights(1), to = one->weights(0);
                to.input.detach().copy_(from.input);
                to.recurrent.detach().copy_(from.recurrent);
                to.bias.detach().copy_(from.bias);
                to.recurrent_bias.detach().copy_(from.recurrent_bias);
            }
            const auto input = torch::randn({3, 6, 5});
            const auto backward = both->last_state(input).narrow(1, 4, 4);
            EXPECT_LT((backward - one->last_state(input.flip(1))).abs().max().item<float>(), 1e-6);
            EXPECT_LT((both->sequence(input).select(1, 0).narrow(1, 4, 4) - backward).abs().max().item<float>(), 1e-6);
        }
    }
}

TEST(KerasBatchNorm1d, FollowsKerasInBothModes) {
    // x: columns with means 2 and 0, biased variances 8/3 and 2/3 (by hand).
    const auto x = torch::tensor({{0.0, -1.0}, {2.0, 0.0}, {4.0, 1.0}}, torch::kFloat64);
    KerasBatchNorm1d norm(2);
    norm->to(torch::kFloat64);
    const auto y = norm->forward(x);
    EXPECT_NEAR(y[2][0].item<double>(), 2 / std::sqrt(8.0 / 3 + 1e-3), 1e-12);
    EXPECT_NEAR(norm->running_mean[0].item<double>(), 0.01 * 2, 1e-12);
    EXPECT_NEAR(norm->running_var[0].item<double>(), 0.99 + 0.01 * 8.0 / 3, 1e-12);
    norm->eval();
    EXPECT_NEAR(norm->forward(x)[0][1].item<double>(), -1 / std::sqrt(0.99 + 0.01 * 2.0 / 3 + 1e-3), 1e-12);
}

TEST(KerasBatchNorm1d, AllowsABatchOfOne) {
    KerasBatchNorm1d norm(3);
    const auto y = norm->forward(torch::tensor({{1.0F, -2.0F, 3.0F}}));
    EXPECT_EQ(y.abs().max().item<float>(), 0);
    EXPECT_TRUE(norm->running_var.isfinite().all().item<bool>());
}

TEST(Dropout, DropsTheShareAndKeepsTheMean) {
    Dropout dropout(0.25, 1);
    const auto y = dropout->forward(torch::ones({100000}));
    EXPECT_NEAR((y == 0).to(torch::kFloat64).mean().item<double>(), 0.25, 0.007);  // five standard errors
    EXPECT_NEAR(y.max().item<double>(), 1 / 0.75, 1e-6);
    dropout->eval();
    EXPECT_TRUE(torch::equal(dropout->forward(torch::ones(5)), torch::ones(5)));
}

TEST(ClassifierOptions, RefusesWhatMakesNoSense) {
    const auto refused = [](auto change) {
        ClassifierOptions options;
        change(options);
        EXPECT_THROW(Classifier{options}, UsageError);
    };
    refused([](auto& o) { o.hidden_size = 0; });
    refused([](auto& o) { o.embedding_size = -1; });
    refused([](auto& o) { o.vocabulary_size = std::int64_t{1} << 60; });
    refused([](auto& o) { o.layers = 0; });
    refused([](auto& o) { o.dropout = 1; });
    refused([](auto& o) { o.dropout = std::nan(""); });
    // What makes sense, but not on this machine.
    ClassifierOptions large;
    large.vocabulary_size = large.embedding_size = 90'000'000;
    EXPECT_THROW(Classifier{large}, EnvironmentError);
}

TEST(Variables, AreTheTrainableParametersAndGroupTheGrusBiases) {
    const GRU model(small(Cell::gru));
    std::size_t trainable = 0;
    for (const auto& item : model->named_parameters()) trainable += item.value().requires_grad() ? 1 : 0;
    const auto variables = model->variables();
    EXPECT_EQ(variables.size(), trainable);
    std::multiset<std::string> keras;
    for (const auto& variable : variables) {
        keras.insert(variable.keras_name);
        EXPECT_TRUE(torch::equal(variable.value, model->named_parameters()[variable.name])) << variable.name;
    }
    EXPECT_EQ(keras.count("recurrent_0.forward.bias"), 2U);
}

}  // namespace
}  // namespace cellwise::models
