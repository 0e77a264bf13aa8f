// The way forward without tensors against the model's own, bit for bit.
#include "models/fused_classifier.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "models/classifier.h"
#include "unit/classifier_kinds.h"

namespace cellwise {
namespace {

/// Weights, batch statistics and biases that are no special values.
void randomize(models::Classifier& model) {
    const torch::NoGradGuard no_grad;
    torch::manual_seed(7);
    for (auto& parameter : model->parameters()) parameter.uniform_(-0.8, 0.8);
    if (model->batch_norm) {
        model->batch_norm->running_mean.uniform_(-1, 1);
        model->batch_norm->running_var.uniform_(0.05, 2);
    }
    model->eval();
}

/// Ids below 20; a third of the rows begin with padding, one has nothing else.
std::vector<std::int32_t> ids_of(Random& random, std::size_t rows, std::size_t steps) {
    std::vector<std::int32_t> ids;
    for (std::size_t row = 0; row < rows; ++row) {
        const std::size_t padding = row == 1 ? steps : row % 3 == 0 ? random.below(steps + 1) : 0;
        for (std::size_t step = 0; step < steps; ++step) {
            ids.push_back(step < padding ? 0 : static_cast<std::int32_t>(random.below(20)));
        }
    }
    return ids;
}

std::vector<float> by_tensors(models::Classifier& model, const std::vector<std::int32_t>& ids, std::size_t rows,
                              std::size_t steps) {
    const torch::NoGradGuard no_grad;
    const auto tensor =
        torch::tensor(ids, torch::kInt32).view({static_cast<std::int64_t>(rows), static_cast<std::int64_t>(steps)});
    const auto logits = model->forward(tensor).contiguous();
    return {logits.const_data_ptr<float>(), logits.const_data_ptr<float>() + rows};
}

class EveryKind : public testing::TestWithParam<int> {};

TEST_P(EveryKind, HasTheLogitsOfTheModuleForBatchAfterBatch) {
    const auto [name, options] = test::every_classifier_kind()[static_cast<std::size_t>(GetParam())];
    SCOPED_TRACE(name);
    models::Classifier model(options, 3);
    randomize(model);
    std::vector<std::vector<float>> of_one_thread;
    for (const int threads : {1, 3}) {
        model->set_threads(threads);
        auto forward = model->forward_only();
        ASSERT_TRUE(forward);
        Random random(11, "batches");
        std::size_t batch = 0;
        // Lengths and padding grow and shrink; tokens appear one after another.
        for (const auto& [rows, steps] : std::vector<std::pair<std::size_t, std::size_t>>{
                 {1, 3}, {1, 9}, {40, 9}, {3, 2}, {70, 31}, {2, 12}, {300, 5}, {1, 1}, {33, 31}}) {
            const auto ids = ids_of(random, rows, steps);
            std::vector<float> logits(rows);
            forward->logits(ids.data(), rows, steps, logits.data());
            EXPECT_EQ(logits, by_tensors(model, ids, rows, steps)) << rows << " rows of " << steps << " steps";
            if (threads == 1) of_one_thread.push_back(logits);
            EXPECT_EQ(logits, of_one_thread.at(batch++)) << "the number of threads changes nothing";
        }
    }
}

INSTANTIATE_TEST_SUITE_P(FusedClassifier, EveryKind, testing::Range(0, 6));

TEST(FusedClassifier, NamesAnIdOutsideTheVocabularyAndGoesOn) {
    models::Classifier model(test::small_classifier(Cell::lstm), 3);
    randomize(model);
    auto forward = model->forward_only();
    std::vector<std::int32_t> ids{0, 4, 20};
    float logit = 0;
    EXPECT_THROW(forward->logits(ids.data(), 1, 3, &logit), DataError);
    ids[2] = 7;
    forward->logits(ids.data(), 1, 3, &logit);
    EXPECT_EQ(std::vector{logit}, by_tensors(model, ids, 1, 3));
}

TEST(FusedClassifier, IsNotForWeightsOfAnotherEngine) {
    models::Classifier model(test::small_classifier(Cell::gru), 3);
    model->to(torch::kFloat64);
    EXPECT_FALSE(model->forward_only());
}

}  // namespace
}  // namespace cellwise
