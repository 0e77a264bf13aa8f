#include "lab/attribution.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "unit/classifier_kinds.h"

namespace cellwise::lab {
namespace {

using models::Classifier;
using models::ClassifierOptions;
using test::every_classifier_kind;
using test::small_classifier;
using Ids = std::vector<std::int32_t>;

const Ids row{0, 0, 0, 1, 5, 17, 2, 9, 9, 4};
constexpr std::size_t text = 7;  // of its ids
constexpr auto front = static_cast<std::int64_t>(3);
const torch::Device cpu(torch::kCPU);

/// Random weights: at the initial ones the words would contribute next to nothing.
Classifier random_model(const ClassifierOptions& options) {
    Classifier model(options, 3);
    Random random(3, "test weights");
    const torch::NoGradGuard no_grad;
    for (const auto& variable : model->variables()) {
        auto value = variable.value;
        for (float& x : std::span(value.data_ptr<float>(), static_cast<std::size_t>(value.numel()))) {
            x = static_cast<float>(0.7 * random.normal());
        }
    }
    if (model->batch_norm) {
        model->batch_norm->running_mean.fill_(0.25);
        model->batch_norm->running_var.fill_(0.5);
    }
    return model;
}

double log_odds_of(Classifier& model, const Ids& ids) {
    const torch::NoGradGuard no_grad;
    model->eval();
    return model->forward(torch::tensor(ids, torch::kInt32).view({1, -1})).to(torch::kFloat64).item<double>();
}

TEST(GaussLegendre, IntegratesPolynomialsExactly) {
    // The tabulated rule of three points on [−1, 1]: 0 and ±√0.6 with weights 8/9 and 5/9.
    const auto three = gauss_legendre(3);
    EXPECT_NEAR(three.points[0], (1 - std::sqrt(0.6)) / 2, 1e-14);
    EXPECT_NEAR(three.points[1], 0.5, 1e-14);
    EXPECT_NEAR(three.weights[0], 5.0 / 18, 1e-14);
    EXPECT_NEAR(three.weights[1], 8.0 / 18, 1e-14);
    for (const std::size_t count : std::vector<std::size_t>{1, 2, 5, 64, 301}) {
        const auto rule = gauss_legendre(count);
        for (std::size_t degree = 0; degree < 2 * count; ++degree) {
            double integral = 0;
            for (std::size_t i = 0; i < count; ++i) {
                integral += rule.weights[i] * std::pow(rule.points[i], static_cast<double>(degree));
            }
            EXPECT_NEAR(integral, 1 / (static_cast<double>(degree) + 1), 1e-13) << count << " points, x^" << degree;
        }
    }
}

TEST(Occlusion, IsTheDifferenceThatHidingEachWordMakes) {
    for (const auto& [name, options] : every_classifier_kind()) {
        auto model = random_model(options);
        const auto found = occlusion(model, row, text, cpu);
        const double whole = log_odds_of(model, row);
        EXPECT_NEAR(found.log_odds, whole, 1e-5) << name;
        ASSERT_EQ(found.contributions.size(), text);
        for (std::size_t i = 0; i < text; ++i) {
            auto hidden = row;
            hidden[static_cast<std::size_t>(front) + i] = 2;
            EXPECT_NEAR(found.contributions[i], whole - log_odds_of(model, hidden), 1e-5) << name << ", position " << i;
        }
        EXPECT_EQ(found.contributions[3], 0) << "the unknown word hides nothing";
    }
}

/// The integral of section 3 of the paper by its definition: for each position the derivative of the log-odds
/// along that position's way alone, by central differences in float64, at the middle of each of many steps.
std::vector<double> by_finite_differences(Classifier& model, std::int64_t steps) {
    const torch::NoGradGuard no_grad;
    model->eval();
    auto ids = torch::tensor(row, torch::kInt32);
    const auto end = torch::embedding(model->embedding->weight, ids);
    const auto start = torch::embedding(model->embedding->weight, torch::zeros_like(ids));
    const auto way = end - start;  // [time, embedding]
    constexpr double h = 1e-5;
    const auto middles = (torch::arange(steps, torch::kFloat64) + 0.5) / static_cast<double>(steps);
    const auto on_way = start + middles.view({-1, 1, 1}) * way;
    std::vector<double> contributions;
    for (std::int64_t position = front; position < static_cast<std::int64_t>(row.size()); ++position) {
        auto own = torch::zeros_like(way);
        own[position] = way[position];
        const auto slopes =
            (model->forward_embedded(on_way + h * own) - model->forward_embedded(on_way - h * own)) / (2 * h);
        contributions.push_back(slopes.mean().item<double>());
    }
    return contributions;
}

TEST(IntegratedGradients, AgreeWithFiniteDifferencesAlongTheWay) {
    for (const auto& [name, options] : every_classifier_kind()) {
        auto model = random_model(options);
        const auto fused = integrated_gradients(model, row, text, 64, cpu);
        model->to(torch::kFloat64);
        const auto exact = integrated_gradients(model, row, text, 200, cpu);
        const auto reference = by_finite_differences(model, 400);
        double largest = 0;
        for (std::size_t i = 0; i < text; ++i) {
            EXPECT_NEAR(exact.contributions[i], reference[i], 1e-5) << name << ", position " << i;
            EXPECT_NEAR(fused.contributions[i], exact.contributions[i], 1e-3) << name << ", position " << i;
            largest = std::max(largest, std::abs(reference[i]));
        }
        EXPECT_GT(largest, 0.05) << name << ": words that say nothing test nothing";
    }
}

TEST(IntegratedGradients, AddUpToTheDifferenceFromPadding) {
    for (const auto& [name, options] : every_classifier_kind()) {
        auto model = random_model(options);
        model->to(torch::kFloat64);
        const auto found = integrated_gradients(model, row, text, 200, cpu);
        EXPECT_NEAR(found.log_odds, log_odds_of(model, row), 1e-12) << name;
        EXPECT_NEAR(found.baseline_log_odds, log_odds_of(model, Ids(row.size(), 0)), 1e-12) << name;
        EXPECT_NEAR(found.completeness_error(), 0, 1e-6) << name;
        EXPECT_NEAR(found.sum() - found.log_odds + found.baseline_log_odds, found.completeness_error(), 1e-15);
    }
    // One point is no integral: the error shows it.
    auto model = random_model(small_classifier(Cell::lstm));
    EXPECT_GT(std::abs(integrated_gradients(model, row, text, 1, cpu).completeness_error()), 1e-3);
}

// A SimpleRNN with weights so small that tanh is the identity: its log-odds are linear in the words' vectors, and
// position t contributes d · U^(T−1−t) · W · (x_t − x_padding).
TEST(IntegratedGradients, OfALinearModelAreItsTerms) {
    auto model = random_model(small_classifier(Cell::simple_rnn));
    model->to(torch::kFloat64);
    const torch::NoGradGuard no_grad;
    model->embedding->weight.mul_(1e-9);
    const auto weights = model->recurrent[0]->weights(0);
    weights.bias.zero_();
    const auto vectors = model->embedding->weight;
    const auto found = integrated_gradients(model, row, text, 3, cpu);
    auto carried = model->dense->weight;  // [1, hidden], back through time
    for (std::size_t i = text; i-- > 0;) {
        const auto difference = vectors[row[static_cast<std::size_t>(front) + i]] - vectors[0];
        const double term = carried.matmul(weights.input).matmul(difference).item<double>();
        EXPECT_NEAR(found.contributions[i] * 1e9, term * 1e9, 1e-8) << "position " << i;
        carried = carried.matmul(weights.recurrent);
    }
    EXPECT_GT(std::abs(found.contributions.back()) * 1e9, 0.01);
}

TEST(Attribution, RefusesWhatItCannotDo) {
    auto model = random_model(small_classifier(Cell::gru));
    EXPECT_THROW((void)integrated_gradients(model, row, text, 0, cpu), UsageError);
    EXPECT_THROW((void)integrated_gradients(model, row, text, 10001, cpu), UsageError);
    EXPECT_THROW((void)occlusion(model, row, 11, cpu), InternalError);
    EXPECT_TRUE(occlusion(model, row, 0, cpu).contributions.empty());
    EXPECT_EQ(integrated_gradients(model, row, 0, 2, cpu).sum(), 0);
}

}  // namespace
}  // namespace cellwise::lab
