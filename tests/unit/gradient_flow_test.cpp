#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "data/reviews/dataset.h"
#include "lab/arithmetic.h"
#include "lab/gradient_clipping.h"
#include "lab/gradient_flow.h"
#include "lab/gru_step.h"
#include "lab/lstm_step.h"
#include "lab/module_weights.h"
#include "lab/recurrent_spectrum.h"
#include "learning/examples.h"
#include "learning/loss.h"
#include "learning/optimizer.h"

namespace cellwise::lab {
namespace {

using models::Classifier;
using models::ClassifierOptions;
using Vector = std::vector<double>;

ClassifierOptions small_options(Cell cell) {
    ClassifierOptions options;
    options.cell = cell;
    options.vocabulary_size = 12;
    options.embedding_size = 3;
    options.hidden_size = 4;
    options.engine = models::Engine::torch;
    return options;
}

data::PaddedReviews random_batch(std::size_t rows, std::size_t length, std::uint64_t seed = 1) {
    Random random(seed, "test batch");
    data::PaddedReviews batch;
    batch.length = length;
    for (std::size_t i = 0; i < rows * length; ++i) batch.ids.push_back(static_cast<std::int32_t>(random.below(12)));
    for (std::size_t row = 0; row < rows; ++row) batch.labels.push_back(static_cast<std::uint8_t>(random.below(2)));
    return batch;
}

/// A float64 model whose every weight and statistic is random, so that nothing is 0 by chance.
Classifier random_model(const ClassifierOptions& options, std::uint64_t seed, double scale = 0.7) {
    Classifier model(options, seed);
    model->to(torch::kFloat64);
    Random random(seed, "test weights");
    const torch::NoGradGuard no_grad;
    for (const auto& variable : model->variables()) {
        auto value = variable.value;
        for (double& x : std::span(value.data_ptr<double>(), static_cast<std::size_t>(value.numel()))) {
            x = scale * random.normal();
        }
    }
    if (model->batch_norm) {
        model->batch_norm->running_mean.uniform_(-0.5, 0.5);
        model->batch_norm->running_var.uniform_(0.5, 2);
    }
    model->eval();
    return model;
}

/// One number of one state, moved by epsilon where it arises.
struct Nudge {
    std::size_t layer = 0;
    bool reverse = false, of_cell = false;
    std::size_t step = 0, unit = 0;
    double epsilon = 0;
};

/// The loss of one review by the hand-written steps: a plain loop that shares nothing with the unrolled
/// network but the weights.
double loss_by_hand(const Classifier& model, std::span<const std::int32_t> ids, int label, const Nudge& nudge) {
    const auto layers = model->options().recurrent_layers();
    std::vector<Vector> input;
    for (const auto id : ids) {
        const auto row = model->embedding->weight[id].detach().contiguous();
        input.emplace_back(row.data_ptr<double>(), row.data_ptr<double>() + row.numel());
    }
    Vector last;
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
        std::vector<Vector> output(ids.size());
        last.clear();
        for (int direction = 0; direction < layers[layer].directions(); ++direction) {
            const auto weights = model->recurrent[layer]->weights(direction);
            Vector hidden(static_cast<std::size_t>(layers[layer].hidden_size)), cell = hidden;
            for (std::size_t step = 0; step < ids.size(); ++step) {
                const auto time = direction == 1 ? ids.size() - 1 - step : step;
                const bool here = nudge.layer == layer && nudge.reverse == (direction == 1) && nudge.step == time;
                if (layers[layer].cell == Cell::lstm) {
                    const auto of_lstm = lstm_weights_of(weights);
                    auto next = lstm_step<double>(of_lstm, input[time], hidden, cell);
                    if (here && nudge.of_cell) {
                        next.cell_state[nudge.unit] += nudge.epsilon;
                        for (std::size_t j = 0; j < hidden.size(); ++j) {
                            next.hidden_state[j] = next.output_gate[j] * std::tanh(next.cell_state[j]);
                        }
                    }
                    hidden = next.hidden_state;
                    cell = next.cell_state;
                } else if (layers[layer].cell == Cell::gru) {
                    const auto reset = layers[layer].gru_reset;
                    hidden = gru_step<double>(
                                 gru_weights_of(weights, reset),
                                 reset == models::GruReset::after ? GruConvention::torch : GruConvention::keras_before,
                                 input[time], hidden)
                                 .hidden_state;
                } else {
                    hidden = tanh_of(pre_activation<double>(simple_rnn_weights_of(weights), input[time], hidden));
                }
                if (here && !nudge.of_cell) hidden[nudge.unit] += nudge.epsilon;
                output[time].insert(output[time].end(), hidden.begin(), hidden.end());
            }
            last.insert(last.end(), hidden.begin(), hidden.end());
        }
        input = output;
    }
    double logit = model->dense->bias[0].item<double>();
    for (std::size_t j = 0; j < last.size(); ++j) {
        const auto unit = static_cast<std::int64_t>(j);
        double value = last[j];
        if (const auto& norm = model->batch_norm) {
            value = (value - norm->running_mean[unit].item<double>()) /
                        std::sqrt(norm->running_var[unit].item<double>() + 1e-3) * norm->weight[unit].item<double>() +
                    norm->bias[unit].item<double>();
        }
        logit += model->dense->weight[0][unit].item<double>() * value;
    }
    return label == 1 ? std::log1p(std::exp(-logit)) : std::log1p(std::exp(logit));
}

/// ‖∂L/∂state‖ by central differences.
double norm_by_differences(const Classifier& model, const data::PaddedReviews& batch, std::size_t row, Nudge nudge) {
    const auto units = model->options().recurrent_layers()[nudge.layer].hidden_size;
    double squares = 0;
    for (nudge.unit = 0; nudge.unit < static_cast<std::size_t>(units); ++nudge.unit) {
        const double step = 1e-5;
        nudge.epsilon = step;
        const double above = loss_by_hand(model, batch.row(row), batch.labels[row], nudge);
        nudge.epsilon = -step;
        const double below = loss_by_hand(model, batch.row(row), batch.labels[row], nudge);
        squares += std::pow((above - below) / (2 * step), 2);
    }
    return std::sqrt(squares);
}

void expect_differences_agree(const ClassifierOptions& options, const std::string& what) {
    auto model = random_model(options, 3);
    const auto batch = random_batch(2, 5);
    const auto flow = gradient_flow(model, batch);
    std::size_t directions = 0;
    for (const auto& layer : options.recurrent_layers()) directions += static_cast<std::size_t>(layer.directions());
    ASSERT_EQ(flow.states.size(), directions);
    for (std::size_t row = 0; row < batch.size(); ++row) {
        EXPECT_NEAR(flow.losses[row], loss_by_hand(model, batch.row(row), batch.labels[row], {}), 1e-12) << what;
        for (const auto& state : flow.states) {
            for (std::size_t step = 0; step < batch.length; ++step) {
                const auto where = what + " layer " + std::to_string(state.layer) + " step " + std::to_string(step);
                const auto hidden =
                    norm_by_differences(model, batch, row, {state.layer, state.reverse, false, step, 0, 0});
                EXPECT_NEAR(state.hidden_state.at(step, row), hidden, 1e-9 + 1e-6 * hidden) << where;
                if (options.recurrent_layers()[state.layer].cell != Cell::lstm) {
                    EXPECT_TRUE(state.cell_state.values.empty());
                    continue;
                }
                const auto cell =
                    norm_by_differences(model, batch, row, {state.layer, state.reverse, true, step, 0, 0});
                EXPECT_NEAR(state.cell_state.at(step, row), cell, 1e-9 + 1e-6 * cell) << where;
            }
        }
    }
}

TEST(GradientFlow, IsTheSlopeOfTheLossByFiniteDifferences) {
    for (const Cell cell : all_cells) expect_differences_agree(small_options(cell), std::string(cell_name(cell)));
    auto before = small_options(Cell::gru);
    before.gru_reset = models::GruReset::before;
    expect_differences_agree(before, "gru, reset before");
}

TEST(GradientFlow, HoldsForStacksDirectionsAndBatchNorm) {
    auto options = small_options(Cell::lstm);
    options.batch_norm = true;
    options.dropout = 0.5;  // not at inference
    options.stack = {{Cell::gru, 3, true}, {Cell::lstm, 4, true}, {Cell::simple_rnn, 2}};
    expect_differences_agree(options, "stack");
}

TEST(GradientFlow, OfATinyNetworkIsTheProductOfItsJacobians) {
    auto options = small_options(Cell::simple_rnn);
    options.embedding_size = 1;
    options.hidden_size = 2;
    auto model = random_model(options, 0);
    const torch::NoGradGuard no_grad;
    model->embedding->weight.fill_(1);
    const auto weights = model->recurrent[0]->weights(0);
    weights.input.copy_(torch::tensor({{0.5}, {-1.0}}, torch::kFloat64));
    weights.recurrent.copy_(torch::tensor({{0.5, -0.25}, {1.0, 0.75}}, torch::kFloat64));
    weights.bias.zero_();
    model->dense->weight.copy_(torch::tensor({{2.0, -1.0}}, torch::kFloat64));
    model->dense->bias.zero_();

    // h_t = tanh(W + U·h_{t−1}); J_t = ∂h_t/∂h_{t−1} = diag(1 − h_t²)·U; ∂L/∂h_t = (p − y)·v·J_3 … J_{t+1}.
    const double h1[] = {std::tanh(0.5), std::tanh(-1.0)};
    const double h2[] = {std::tanh(0.5 + 0.5 * h1[0] - 0.25 * h1[1]), std::tanh(-1.0 + h1[0] + 0.75 * h1[1])};
    const double h3[] = {std::tanh(0.5 + 0.5 * h2[0] - 0.25 * h2[1]), std::tanh(-1.0 + h2[0] + 0.75 * h2[1])};
    const double p = 1 / (1 + std::exp(-(2 * h3[0] - h3[1])));
    const double g3[] = {(p - 1) * 2, (p - 1) * -1};
    const auto back = [](const double* g, const double* h) {  // g·diag(1 − h²)·U
        const double a = g[0] * (1 - h[0] * h[0]), b = g[1] * (1 - h[1] * h[1]);
        return std::array{0.5 * a + 1.0 * b, -0.25 * a + 0.75 * b};
    };
    const auto g2 = back(g3, h3);
    const auto g1 = back(g2.data(), h2);

    data::PaddedReviews batch{3, {4, 5, 6}, {1}};
    const auto flow = gradient_flow(model, batch);
    EXPECT_NEAR(flow.losses[0], -std::log(p), 1e-14);
    EXPECT_NEAR(flow.states[0].hidden_state.at(2, 0), std::hypot(g3[0], g3[1]), 1e-14);
    EXPECT_NEAR(flow.states[0].hidden_state.at(1, 0), std::hypot(g2[0], g2[1]), 1e-14);
    EXPECT_NEAR(flow.states[0].hidden_state.at(0, 0), std::hypot(g1[0], g1[1]), 1e-14);
}

TEST(GradientFlow, OfALinearNetworkDecaysByTheSpectralRadiusExactly) {
    // With zero input and state tanh has the slope 1: a permutation times R gives R^k, exactly.
    auto options = small_options(Cell::simple_rnn);
    options.hidden_size = 8;
    for (const double radius : {0.5, 1.0, 2.0}) {
        Classifier model(options, 5);
        model->to(torch::kFloat64);
        const torch::NoGradGuard no_grad;
        model->embedding->weight.zero_();
        model->recurrent[0]->weights(0).recurrent.copy_(torch::eye(options.hidden_size).roll(1, 0));
        scale_spectral_radius(model, radius);
        const auto flow = gradient_flow(model, random_batch(1, 300));
        const auto& norms = flow.states[0].hidden_state;
        for (std::size_t back : {1U, 10U, 299U}) {
            EXPECT_NEAR(norms.at(299 - back, 0) / norms.at(299, 0) / std::pow(radius, back), 1, 1e-12);
        }
    }
}

TEST(GradientFlow, ReachesToTheEdgesOfTheNumberRange) {
    auto options = small_options(Cell::simple_rnn);
    for (const auto& [radius, type] : {std::pair{1e-3, torch::kFloat64}, std::pair{1e3, torch::kFloat64},
                                       std::pair{1e-3, torch::kFloat32}, std::pair{1e3, torch::kFloat32}}) {
        Classifier model(options, 5);
        model->to(type);
        const torch::NoGradGuard no_grad;
        model->embedding->weight.zero_();
        model->recurrent[0]->weights(0).recurrent.copy_(torch::eye(options.hidden_size).roll(1, 0));
        scale_spectral_radius(model, radius);
        const auto flow = gradient_flow(model, random_batch(1, 130));
        const auto& norms = flow.states[0].hidden_state;
        // The squares of 1e±180 leave float64's range, the norm must not.
        if (type == torch::kFloat64) {
            EXPECT_NEAR(std::log10(norms.at(129 - 60, 0) / norms.at(129, 0)), 60 * std::log10(radius), 1e-9);
        }
        const double first = norms.at(0, 0);  // radius^129
        if (radius < 1) {
            EXPECT_EQ(first, 0);
        } else {
            EXPECT_FALSE(std::isfinite(first));
        }
    }
}

TEST(GradientFlow, LeavesTheModelAlone) {
    auto options = small_options(Cell::gru);
    options.batch_norm = true;
    auto model = random_model(options, 9);
    model->train();
    const auto mean = model->batch_norm->running_mean.clone();
    (void)gradient_flow(model, random_batch(3, 4));
    (void)clipping_effect(model, random_batch(3, 4), 1, 1);
    EXPECT_TRUE(model->is_training());
    EXPECT_TRUE(torch::equal(mean, model->batch_norm->running_mean));
    for (const auto& variable : model->variables()) {
        EXPECT_FALSE(variable.value.grad().defined()) << variable.name;
        EXPECT_TRUE(variable.value.requires_grad()) << variable.name;
    }
}

TEST(GradientFlow, RefusesWhatWouldNotFitIntoMemory) {
    auto options = small_options(Cell::lstm);
    options.hidden_size = 512;
    Classifier model(options, 0);
    EXPECT_THROW((void)gradient_flow(model, random_batch(200, 10000)), EnvironmentError);
}

TEST(RecurrentSpectrum, OfARotationAndADiagonal) {
    auto options = small_options(Cell::gru);
    options.hidden_size = 2;
    Classifier model(options, 0);
    {
        const torch::NoGradGuard no_grad;
        model->recurrent[0]->weights(0).recurrent.copy_(torch::tensor({{0.0, -3.0},  // r: turns and triples
                                                                       {3.0, 0.0},
                                                                       {0.5, 0.0},  // z
                                                                       {0.0, -2.0},
                                                                       {1.0, 1.0},  // n: a shear
                                                                       {0.0, 1.0}}));
    }
    const auto spectra = recurrent_spectrum(model);
    ASSERT_EQ(spectra.size(), 3U);
    EXPECT_EQ(spectra[0].gate, "reset_gate");
    EXPECT_NEAR(spectra[0].spectral_radius(), 3, 1e-12);
    EXPECT_NEAR(spectra[0].largest_singular_value, 3, 1e-12);
    EXPECT_NEAR(spectra[1].eigenvalue_magnitudes[0], 2, 1e-12);
    EXPECT_NEAR(spectra[1].eigenvalue_magnitudes[1], 0.5, 1e-12);
    EXPECT_NEAR(spectra[2].spectral_radius(), 1, 1e-7);
    EXPECT_NEAR(spectra[2].largest_singular_value, (1 + std::sqrt(5)) / 2, 1e-12) << "the golden ratio";

    scale_spectral_radius(model, 1.25);
    for (const auto& gate : recurrent_spectrum(model)) EXPECT_NEAR(gate.spectral_radius(), 1.25, 1e-6) << gate.gate;
}

TEST(RecurrentSpectrum, OfKerasInitialSimpleRnnIsTheUnitCircle) {
    Classifier model(small_options(Cell::simple_rnn), 0);
    const auto spectra = recurrent_spectrum(model);
    EXPECT_EQ(spectra[0].eigenvalue_magnitudes.size(), 4U);
    for (const double magnitude : spectra[0].eigenvalue_magnitudes) EXPECT_NEAR(magnitude, 1, 1e-6);
}

TEST(RecurrentSpectrum, OfZeroCannotBeScaled) {
    Classifier model(small_options(Cell::lstm), 0);
    {
        const torch::NoGradGuard no_grad;
        model->recurrent[0]->weights(0).recurrent.zero_();
    }
    EXPECT_THROW(scale_spectral_radius(model, 1), UsageError);
}

TEST(ClippingEffect, IsWhatTheOptimizerDoes) {
    // SGD with learning rate 1 moves every weight by its clipped gradient.
    for (const bool global : {false, true}) {
        auto model = random_model(small_options(Cell::gru), 4);
        const auto batch = random_batch(6, 5);
        const double limit = 0.05;
        const auto effect = clipping_effect(model, batch, limit, limit);
        const auto& clipped = global ? *effect.over_all : *effect.per_variable;

        learning::TrainingOptions options;
        options.optimizer = learning::OptimizerKind::sgd;
        options.learning_rate = 1;
        (global ? options.global_clip_norm : options.clip_norm) = limit;
        learning::Optimizer optimizer(model->variables(), options);
        learning::keras_cross_entropy(model->forward(learning::Examples(batch).inputs),
                                      learning::Examples(batch).labels.to(torch::kFloat64))
            .mean()
            .backward();
        std::vector<torch::Tensor> gradients, before;
        for (const auto& variable : model->variables()) {
            gradients.push_back(variable.value.grad().flatten().clone());
            before.push_back(variable.value.detach().flatten().clone());
        }
        optimizer.step();
        std::vector<torch::Tensor> moved;
        for (std::size_t i = 0; i < before.size(); ++i) {
            moved.push_back(before[i] - model->variables()[i].value.detach().flatten());
        }
        const auto unclipped = torch::cat(gradients), step = torch::cat(moved);
        EXPECT_NEAR(effect.norm, unclipped.norm().item<double>(), 1e-12);
        EXPECT_NEAR(clipped.norm, step.norm().item<double>(), 1e-12);
        EXPECT_NEAR(clipped.cosine, (unclipped.dot(step) / (unclipped.norm() * step.norm())).item<double>(), 1e-10);
        if (global) {
            EXPECT_NEAR(clipped.norm, limit, 1e-12);
            EXPECT_NEAR(clipped.cosine, 1, 1e-12) << "the direction stays";
        } else {
            EXPECT_LT(clipped.cosine, 1 - 1e-6) << "the direction turns";
            EXPECT_GT(clipped.clipped, 0U);
            for (const double norm : clipped.norms) EXPECT_LE(norm, limit + 1e-12);
        }
        // The GRU's two biases are one Keras variable.
        EXPECT_EQ(effect.variables.size(), 6U);
    }
}

TEST(ClippingEffect, OfAnInfiniteGradientIsNotANumber) {
    auto model = random_model(small_options(Cell::simple_rnn), 4);
    {
        const torch::NoGradGuard no_grad;
        model->dense->weight.fill_(std::numeric_limits<double>::max());
        model->recurrent[0]->weights(0).recurrent.fill_(1e200);
        model->embedding->weight.zero_();
        model->recurrent[0]->weights(0).bias.zero_();
    }
    const auto effect = clipping_effect(model, random_batch(2, 5), 1, 1);
    EXPECT_FALSE(std::isfinite(effect.norm));
    EXPECT_TRUE(std::isnan(effect.over_all->norm));
}

}  // namespace
}  // namespace cellwise::lab
