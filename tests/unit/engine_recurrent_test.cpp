#include <gtest/gtest.h>
#include <torch/torch.h>

#include <array>
#include <memory>
#include <tuple>

#include "core/error.h"
#include "engine/large_tensor.h"
#include "engine/recurrent.h"

namespace cellwise::engine {
namespace {

constexpr std::array nn_kinds{CellKind::simple_rnn, CellKind::lstm, CellKind::gru};

// torch::nn's layer in float64 with its own random weights.
struct Truth {
    Truth(CellKind cell, std::int64_t input, std::int64_t hidden, bool bidirectional, std::int64_t layers)
        : kind(cell),
          rnn(options<torch::nn::RNNOptions>(input, hidden, bidirectional, layers)),
          lstm(options<torch::nn::LSTMOptions>(input, hidden, bidirectional, layers)),
          gru(options<torch::nn::GRUOptions>(input, hidden, bidirectional, layers)) {
        rnn->to(torch::kFloat64);
        lstm->to(torch::kFloat64);
        gru->to(torch::kFloat64);
    }
    template <class Options>
    static Options options(std::int64_t input, std::int64_t hidden, bool bidirectional, std::int64_t layers) {
        return Options(input, hidden).batch_first(true).bidirectional(bidirectional).num_layers(layers);
    }
    std::tuple<torch::Tensor, torch::Tensor> forward(const torch::Tensor& x) {  // sequence, h_n
        if (kind == CellKind::simple_rnn) return rnn->forward(x);
        if (kind == CellKind::gru) return gru->forward(x);
        const auto [sequence, states] = lstm->forward(x);
        return {sequence, std::get<0>(states)};
    }
    torch::OrderedDict<std::string, torch::Tensor> parameters() {
        return kind == CellKind::simple_rnn ? rnn->named_parameters()
               : kind == CellKind::lstm     ? lstm->named_parameters()
                                            : gru->named_parameters();
    }
    // float32 copies of one layer's and direction's weights.
    RecurrentWeights weights(const std::string& suffix) {
        const auto copy = [&](const char* name) {
            return parameters()[name + suffix].detach().to(torch::kFloat32).requires_grad_();
        };
        return {copy("weight_ih"), copy("weight_hh"), copy("bias_ih"), copy("bias_hh")};
    }
    void expect_gradients(const RecurrentWeights& got, const std::string& suffix);

    CellKind kind;
    torch::nn::RNN rnn;
    torch::nn::LSTM lstm;
    torch::nn::GRU gru;
};

void expect_close(const torch::Tensor& got, const torch::Tensor& truth, const std::string& what) {
    const double size = std::max(truth.abs().max().item<double>(), 1e-3);
    EXPECT_LT((got.to_dense().to(torch::kFloat64) - truth).abs().max().item<double>() / size, 2e-5) << what;
}

void Truth::expect_gradients(const RecurrentWeights& got, const std::string& suffix) {
    expect_close(got.w_ih.grad(), parameters()["weight_ih" + suffix].grad(), "weight_ih" + suffix);
    expect_close(got.w_hh.grad(), parameters()["weight_hh" + suffix].grad(), "weight_hh" + suffix);
    expect_close(got.b_ih.grad(), parameters()["bias_ih" + suffix].grad(), "bias_ih" + suffix);
    expect_close(got.b_hh.grad(), parameters()["bias_hh" + suffix].grad(), "bias_hh" + suffix);
}

RecurrentOptions layer(CellKind cell, std::int64_t input, std::int64_t hidden, bool reverse = false) {
    RecurrentOptions options;
    options.cell = cell;
    options.input_size = static_cast<std::size_t>(input);
    options.hidden_size = static_cast<std::size_t>(hidden);
    options.reverse = reverse;
    return options;
}

torch::Tensor padded_ids(std::int64_t batch, std::int64_t time, std::int64_t vocabulary) {
    auto ids = torch::randint(vocabulary, {batch, time}, torch::kInt64);
    for (std::int64_t row = 0; row < batch; ++row) ids[row].narrow(0, 0, row * time / batch).zero_();
    return ids;
}

TEST(EngineRecurrent, AgreesWithTorchsModules) {
    torch::manual_seed(1);
    const auto pool = make_pool(2);
    for (const CellKind cell : nn_kinds) {
        const auto ids = padded_ids(21, 15, 40);
        auto table64 = torch::randn({40, 12}, torch::kFloat64).requires_grad_();
        auto table = table64.detach().to(torch::kFloat32).requires_grad_();
        Truth truth(cell, 12, 20, false, 1);
        auto weights = truth.weights("_l0");
        const auto head = torch::randn({21, 20}, torch::kFloat64);

        const auto expected = std::get<1>(truth.forward(torch::embedding(table64, ids)))[0];
        (expected * head).sum().backward();
        RecurrentOperator fused(layer(cell, 12, 20), pool);
        const auto last = fused.forward_ids(cell == CellKind::lstm ? ids.to(torch::kInt32) : ids, table, weights).last;
        (last * head.to(torch::kFloat32)).sum().backward();

        expect_close(last, expected.detach(), "last");
        truth.expect_gradients(weights, "_l0");
        ASSERT_TRUE(table.grad().is_sparse());
        expect_close(table.grad(), table64.grad(), "table");
        const auto rows = table_gradient(table.grad());
        EXPECT_EQ(rows.rows.count, static_cast<std::size_t>(std::get<0>(at::_unique(ids)).numel()));
        EXPECT_EQ(rows.rows.values, table.grad()._values().const_data_ptr<float>()) << "the gradient was copied";

        const torch::NoGradGuard no_grad;
        EXPECT_TRUE(fused.forward_ids(ids, table, weights).last.equal(last));
    }
}

TEST(EngineRecurrent, StacksAndReadsBothDirections) {
    torch::manual_seed(2);
    const auto pool = make_pool(2);
    for (const CellKind cell : nn_kinds) {
        const auto ids = padded_ids(9, 11, 30);
        auto table64 = torch::randn({30, 6}, torch::kFloat64).requires_grad_();
        auto table = table64.detach().to(torch::kFloat32).requires_grad_();
        Truth truth(cell, 6, 10, true, 2);
        const auto [sequence, states] = truth.forward(torch::embedding(table64, ids));
        const auto expected = torch::cat({states[2], states[3]}, 1);
        const auto head = torch::randn({9, 20}, torch::kFloat64);
        (expected * head).sum().backward();

        std::array<RecurrentWeights, 4> weights{truth.weights("_l0"), truth.weights("_l0_reverse"),
                                                truth.weights("_l1"), truth.weights("_l1_reverse")};
        RecurrentOperator first(layer(cell, 6, 10), pool), first_back(layer(cell, 6, 10, true), pool);
        RecurrentOperator second(layer(cell, 20, 10), pool), second_back(layer(cell, 20, 10, true), pool);
        const auto middle = torch::cat({first.forward_ids(ids, table, weights[0], true).sequence,
                                        first_back.forward_ids(ids, table, weights[1], true).sequence},
                                       2);
        const auto last = torch::cat(
            {second.forward_dense(middle, weights[2]).last, second_back.forward_dense(middle, weights[3]).last}, 1);
        (last * head.to(torch::kFloat32)).sum().backward();
        expect_close(last, expected.detach(), "last");
        truth.expect_gradients(weights[0], "_l0");
        truth.expect_gradients(weights[1], "_l0_reverse");
        truth.expect_gradients(weights[2], "_l1");
        truth.expect_gradients(weights[3], "_l1_reverse");
        expect_close(table.grad(), table64.grad(), "table");
        EXPECT_LE(table_gradient(table.grad()).rows.count, 30U);
    }
}

TEST(EngineRecurrent, TakesAnAbsentOrFrozenSecondBias) {
    torch::manual_seed(3);
    const auto ids = padded_ids(5, 7, 20);
    const auto table = torch::randn({20, 4});
    Truth truth(CellKind::lstm, 4, 6, false, 1);
    auto weights = truth.weights("_l0");
    weights.b_hh = torch::zeros({24});
    RecurrentOperator fused(layer(CellKind::lstm, 4, 6), make_pool(1));
    const auto frozen = fused.forward_ids(ids, table, weights).last;
    frozen.sum().backward();
    EXPECT_FALSE(weights.b_hh.grad().defined());
    const auto gradient = weights.w_hh.grad().clone();
    weights.w_hh.mutable_grad().reset();
    weights.b_hh = torch::Tensor();
    const auto absent = fused.forward_ids(ids, table, weights).last;
    absent.sum().backward();
    EXPECT_TRUE(absent.equal(frozen));
    EXPECT_TRUE(weights.w_hh.grad().equal(gradient));
}

TEST(EngineRecurrent, GivesADenseTableGradientOnDemand) {
    torch::manual_seed(4);
    const auto ids = padded_ids(5, 7, 20);
    Truth truth(CellKind::gru, 4, 6, false, 1);
    const auto weights = truth.weights("_l0");
    std::vector<torch::Tensor> gradients;
    for (const auto& [sparse, share] : {std::pair{true, true}, std::pair{false, true}, std::pair{true, false}}) {
        torch::manual_seed(5);
        const auto table = torch::randn({20, 4}).requires_grad_();
        auto options = layer(CellKind::gru, 4, 6);
        options.sparse_gradient = sparse;
        options.switches.share_tokens = share;
        RecurrentOperator fused(options, make_pool(1));
        fused.forward_ids(ids, table, weights).last.sum().backward();
        EXPECT_EQ(table.grad().is_sparse(), sparse);
        gradients.push_back(table.grad().to_dense());
    }
    EXPECT_TRUE(gradients[1].equal(gradients[0]));
    EXPECT_TRUE(gradients[2].allclose(gradients[0], 1e-5, 1e-6));
}

TEST(EngineRecurrent, LetsSeveralForwardsAwaitTheirBackward) {
    torch::manual_seed(6);
    Truth truth(CellKind::gru, 4, 6, false, 1);
    const auto table = torch::randn({20, 4});
    const auto first_ids = padded_ids(5, 7, 20), second_ids = padded_ids(3, 9, 20);
    auto weights = truth.weights("_l0");
    RecurrentOperator fused(layer(CellKind::gru, 4, 6), make_pool(2));
    (fused.forward_ids(first_ids, table, weights).last.sum() + fused.forward_ids(second_ids, table, weights).last.sum())
        .backward();
    const auto together = weights.w_hh.grad().clone();
    weights.w_hh.mutable_grad().reset();
    fused.forward_ids(first_ids, table, weights).last.sum().backward();
    fused.forward_ids(second_ids, table, weights).last.sum().backward();
    EXPECT_TRUE(weights.w_hh.grad().allclose(together, 1e-6, 1e-7));
}

TEST(EngineRecurrent, LeavesGradientsThatAreKeptAsTheyWere) {
    torch::manual_seed(7);
    Truth truth(CellKind::lstm, 40, 60, false, 1);
    auto weights = truth.weights("_l0");
    auto table = torch::randn({300, 40}).requires_grad_();
    RecurrentOperator fused(layer(CellKind::lstm, 40, 60), make_pool(2));
    std::vector<torch::Tensor> kept, copies;
    for (int step = 0; step < 4; ++step) {
        fused.forward_ids(padded_ids(6, 30, 300), table, weights).last.sum().backward();
        for (torch::Tensor* variable : {&table, &weights.w_ih, &weights.w_hh}) {
            kept.push_back(variable->grad());
            copies.push_back(variable->grad().to_dense().clone());
            variable->mutable_grad().reset();
        }
    }
    for (std::size_t i = 0; i < kept.size(); ++i) EXPECT_TRUE(kept[i].to_dense().equal(copies[i])) << i;
}

TEST(ReusedMemory, TakesThePlaceOfATensorThatIsGone) {
    auto memory = std::make_unique<ReusedMemory>();
    auto first = memory->tensor({3, 500}), second = memory->tensor({3, 500});
    const auto* const place = first.const_data_ptr<float>();
    EXPECT_NE(second.const_data_ptr<float>(), place);
    auto view = first.narrow(0, 1, 1);
    first.reset();
    EXPECT_NE(memory->tensor({3, 500}).const_data_ptr<float>(), place) << "a view still holds it";
    view.reset();
    auto third = memory->tensor({1400});
    const auto fourth = memory->tensor({1400});
    EXPECT_TRUE(third.const_data_ptr<float>() == place || fourth.const_data_ptr<float>() == place);
    EXPECT_EQ(third.sizes(), (std::vector<std::int64_t>{1400}));
    memory.reset();
    third.fill_(1);  // its memory outlives the maker
    EXPECT_EQ(third.sum().item<float>(), 1400);
}

TEST(EngineRecurrent, RefusesWhatItCannotDo) {
    Truth truth(CellKind::lstm, 4, 6, false, 1);
    auto weights = truth.weights("_l0");
    const auto table = torch::randn({20, 4});
    const auto ids = padded_ids(5, 7, 20);
    RecurrentOperator fused(layer(CellKind::lstm, 4, 6), make_pool(1));
    EXPECT_THROW(fused.forward_ids(ids + 20, table, weights), DataError);
    EXPECT_THROW(fused.forward_ids(ids.to(torch::kInt16), table, weights), InternalError);
    EXPECT_THROW(fused.forward_ids(ids, table.to(torch::kFloat64), weights), InternalError);
    EXPECT_THROW(fused.forward_ids(ids, torch::randn({20, 5}), weights), InternalError);
    EXPECT_THROW(fused.forward_ids(ids.narrow(0, 0, 0), table, weights), InternalError);
    EXPECT_THROW(fused.forward_dense(torch::randn({2, 3, 5}), weights), InternalError);
    const auto loss = fused.forward_ids(ids, table, weights).last.sum();
    loss.backward({}, true);
    EXPECT_THROW(loss.backward(), InternalError);
}

}  // namespace
}  // namespace cellwise::engine
