// One training step and one forward batch of the tutorial's models, by the fused engine and by
// torch::nn with torch::optim::Adam, in turns in one process. Usage: engine_step [threads] [rounds]

#include <fmt/format.h>
#include <torch/torch.h>

#include <chrono>
#include <cstdlib>

#include "bench/tutorial_batch.h"
#include "engine/peak.h"
#include "engine/recurrent.h"

namespace {

using namespace cellwise;
using bench::TutorialBatches;
using engine::CellKind;

torch::Tensor loss_of(const torch::Tensor& last, torch::nn::Linear& dense, const torch::Tensor& labels) {
    return torch::binary_cross_entropy_with_logits(dense->forward(last).squeeze(1), labels);
}

// torch::nn.
struct TorchModel {
    explicit TorchModel(CellKind cell)
        : kind(cell),
          embedding(TutorialBatches::vocabulary, TutorialBatches::embedding),
          rnn(torch::nn::RNNOptions(TutorialBatches::embedding, TutorialBatches::hidden).batch_first(true)),
          lstm(torch::nn::LSTMOptions(TutorialBatches::embedding, TutorialBatches::hidden).batch_first(true)),
          gru(torch::nn::GRUOptions(TutorialBatches::embedding, TutorialBatches::hidden).batch_first(true)),
          dense(TutorialBatches::hidden, 1),
          optimizer(parameters(), torch::optim::AdamOptions(0.001)) {
        // Keras's initial values: with torch's own the gradient dies out within the sequence, and plain
        // torch spends its time on denormals.
        const torch::NoGradGuard no_grad;
        embedding->weight.uniform_(-0.05, 0.05);
        const auto cell_weights = cell_parameters();
        torch::nn::init::xavier_uniform_(cell_weights[0]);
        torch::nn::init::orthogonal_(cell_weights[1]);
        cell_weights[2].zero_();
        cell_weights[3].zero_();
        if (kind == CellKind::lstm)
            cell_weights[2].narrow(0, TutorialBatches::hidden, TutorialBatches::hidden).fill_(1);
    }
    std::vector<torch::Tensor> cell_parameters() const {
        return kind == CellKind::simple_rnn ? rnn->parameters()
               : kind == CellKind::lstm     ? lstm->parameters()
                                            : gru->parameters();
    }
    std::vector<torch::Tensor> parameters() const {
        auto all = cell_parameters();
        for (const auto& more : {embedding->parameters(), dense->parameters()}) {
            all.insert(all.end(), more.begin(), more.end());
        }
        return all;
    }
    torch::Tensor last(const torch::Tensor& ids) {
        const auto x = embedding->forward(ids);
        if (kind == CellKind::simple_rnn) return std::get<1>(rnn->forward(x))[0];
        if (kind == CellKind::gru) return std::get<1>(gru->forward(x))[0];
        return std::get<0>(std::get<1>(lstm->forward(x)))[0];
    }
    void train(const torch::Tensor& ids, const torch::Tensor& labels) {
        optimizer.zero_grad();
        loss_of(last(ids), dense, labels).backward();
        optimizer.step();
    }

    CellKind kind;
    torch::nn::Embedding embedding;
    torch::nn::RNN rnn;
    torch::nn::LSTM lstm;
    torch::nn::GRU gru;
    torch::nn::Linear dense;
    torch::optim::Adam optimizer;
};

// The fused layer and update, on a torch::nn head.
struct FusedModel {
    FusedModel(const TorchModel& from, std::shared_ptr<engine::ThreadPool> threads)
        : pool(std::move(threads)), update(*pool), layer(options(from.kind), pool), dense(TutorialBatches::hidden, 1) {
        const auto cell = from.cell_parameters();
        for (const auto& value :
             {from.embedding->weight, cell[0], cell[1], cell[2], cell[3], dense->weight, dense->bias}) {
            values.push_back(&value == &dense->weight ? value : value.detach().clone().requires_grad_());
        }
        values[5] = dense->weight;
        values[6] = dense->bias;
        for (const auto& value : values) {
            first.push_back(torch::zeros_like(value).detach());
            second.push_back(torch::zeros_like(value).detach());
        }
        seen.assign(TutorialBatches::vocabulary, 0);
    }
    static engine::RecurrentOptions options(CellKind cell) {
        engine::RecurrentOptions layer_options;
        layer_options.cell = cell;
        layer_options.input_size = TutorialBatches::embedding;
        layer_options.hidden_size = TutorialBatches::hidden;
        return layer_options;
    }
    torch::Tensor last(const torch::Tensor& ids) {
        return layer.forward_ids(ids, values[0], {values[1], values[2], values[3], values[4]}).last;
    }
    void train(const torch::Tensor& ids, const torch::Tensor& labels) {
        for (auto& value : values) value.mutable_grad().reset();
        loss_of(last(ids), dense, labels).backward();
        ++steps;
        engine::AdamOptions adam;
        adam.rate = 0.001 * std::sqrt(1 - std::pow(0.999, steps)) / (1 - std::pow(0.9, steps));
        for (std::size_t i = 0; i < values.size(); ++i) {
            auto* const weight = values[i].data_ptr<float>();
            auto* const m = first[i].data_ptr<float>();
            auto* const v = second[i].data_ptr<float>();
            if (i == 0) {
                const auto gradient = engine::table_gradient(values[0].grad());
                update.adam_rows(adam, weight, m, v, TutorialBatches::vocabulary, gradient.rows, seen.data());
            } else {
                update.adam(adam, weight, m, v, values[i].grad().data_ptr<float>(),
                            static_cast<std::size_t>(values[i].numel()));
            }
        }
    }

    std::shared_ptr<engine::ThreadPool> pool;
    engine::FusedUpdate update;
    engine::RecurrentOperator layer;
    torch::nn::Linear dense;
    std::vector<torch::Tensor> values, first, second;
    std::vector<std::uint8_t> seen;
    int steps = 0;
};

// Times of many runs, in ms.
struct Times {
    std::vector<double> all;
    template <class Function>
    void add(const Function& function) {
        const auto start = std::chrono::steady_clock::now();
        function();
        all.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    [[nodiscard]] double at(double share) {
        std::sort(all.begin(), all.end());
        return all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))];
    }
};

void compare(CellKind cell, const char* name, const TutorialBatches& batches, int rounds,
             const std::shared_ptr<engine::ThreadPool>& pool) {
    TorchModel torch_model(cell);
    FusedModel fused_model(torch_model, pool);
    const auto labels = torch::randint(2, {TutorialBatches::batch}).to(torch::kFloat32);
    Times torch_train, fused_train, torch_forward, fused_forward;
    double gflop = 0, peak = 0;
    for (int round = 0; round < rounds; ++round) {
        for (int i = 0; i < 8; ++i) {
            const auto& ids = batches.at(static_cast<std::size_t>(round * 8 + i));
            const auto tensor = torch::from_blob(const_cast<std::int32_t*>(ids.data()),
                                                 {TutorialBatches::batch, TutorialBatches::length}, torch::kInt32);
            gflop += TutorialBatches::work(ids).gflop(cell == CellKind::simple_rnn ? 1
                                                      : cell == CellKind::lstm     ? 4
                                                                                   : 3,
                                                      3);
            // Torch's own threads would go on spinning beside the engine's.
            at::set_num_threads(1);
            fused_train.add([&] { fused_model.train(tensor, labels); });
            const torch::NoGradGuard no_grad;
            fused_forward.add([&] { fused_model.last(tensor); });
            if (i < 7) continue;
            at::set_num_threads(pool->size());
            torch_forward.add([&] { torch_model.last(tensor); });
            const torch::AutoGradMode grad(true);
            torch_train.add([&] { torch_model.train(tensor, labels); });
        }
        peak = std::max(peak, engine::measure_fma_peak(*pool));
    }
    gflop /= rounds * 8;
    for (const double share : {0.5, 0.05}) {
        fmt::print(
            "{:5} {}: train torch {:6.2f} fused {:5.2f} ms ratio {:5.2f} | forward torch {:6.2f} fused {:5.2f} ratio "
            "{:5.2f}"
            " | {:.3f} GFLOP, peak {:.0f}, share {:.1f}%\n",
            name, share == 0.5 ? "median" : "5%    ", torch_train.at(share), fused_train.at(share),
            torch_train.at(share) / fused_train.at(share), torch_forward.at(share), fused_forward.at(share),
            torch_forward.at(share) / fused_forward.at(share), gflop, peak,
            100 * gflop / (fused_train.at(share) * 1e-3) / peak);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const int threads = argc > 1 ? std::atoi(argv[1]) : 2;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 20;
    at::globalContext().setFlushDenormal(true);  // to torch's good: it is several times slower without
    const auto pool = engine::make_pool(threads);
    const TutorialBatches batches(64);
    compare(CellKind::simple_rnn, "RNN", batches, rounds, pool);
    compare(CellKind::lstm, "LSTM", batches, rounds, pool);
    compare(CellKind::gru, "GRU", batches, rounds, pool);
}
