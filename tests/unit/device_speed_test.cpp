#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <map>
#include <string>
#include <vector>

#include "benchmark/device_speed.h"
#include "benchmark/peer_file.h"
#include "benchmark/torch_model.h"

namespace cellwise::benchmark {
namespace {

Shape small_shape() {
    Shape shape;
    shape.batch_size = 3;
    shape.length = 5;
    shape.embedding_size = 4;
    shape.hidden_size = 6;
    shape.vocabulary_size = 20;
    return shape;
}

TEST(DeviceSpeed, MeasuresTheModelThatThePeerGets) {
    const auto shape = small_shape();
    const auto batches = generated_batches(shape, 2);
    for (const Cell cell : all_cells) {
        const auto speed = measure_on_device(cell, shape, batches, torch::kCPU, 2);
        // Another implementation, from the weights that the peer's file has.
        TorchModel other(device_classifier(cell, shape));
        const auto ids = torch::tensor(batches[0].ids, torch::kInt32).view({shape.batch_size, shape.length});
        const auto expected = torch::sigmoid(other.forward(ids)).detach();
        ASSERT_EQ(speed.probabilities.size(), 3);
        EXPECT_TRUE(torch::tensor(speed.probabilities).allclose(expected, 1e-5, 1e-6)) << cell_name(cell);
        EXPECT_GT(speed.eager_train.low, 0);
        EXPECT_GT(speed.forward.low, 0);

        const auto json = device_speed_json(speed);
        EXPECT_EQ(json["device"], "cpu");
        EXPECT_EQ(json["eager_train_ms"], speed.eager_train.median);
        EXPECT_TRUE(json["recorded_train_ms"].is_null());
        EXPECT_NE(json["why_not_recorded"], "");
        EXPECT_FALSE(json["quartiles_ms"].contains("recorded_train"));
    }
}

TEST(PeerFile, HoldsEveryBatchInItsOrder) {
    const auto shape = small_shape();
    const auto batches = generated_batches(shape, 2);
    std::map<std::string, std::vector<std::int64_t>> shapes;
    for (const auto& tensor : peer_tensors(device_classifier(Cell::gru, shape), batches, shape)) {
        shapes[tensor.name] = tensor.shape;
    }
    EXPECT_THAT(shapes["ids"], testing::ElementsAre(2, 3, 5));
    EXPECT_THAT(shapes["labels"], testing::ElementsAre(2, 3));
    EXPECT_THAT(shapes["weight_ih"], testing::ElementsAre(18, 4));
    EXPECT_EQ(peer_settings(Cell::gru, shape).at("hidden_size"), "6");
}

}  // namespace
}  // namespace cellwise::benchmark
