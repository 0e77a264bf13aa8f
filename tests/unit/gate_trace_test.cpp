#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "lab/film_model.h"
#include "lab/gate_trace.h"
#include "lab/gru_step.h"
#include "lab/lstm_step.h"
#include "lab/module_weights.h"
#include "lab/simple_rnn_step.h"
#include "lab/torch_tensors.h"
#include "unit/classifier_kinds.h"

namespace cellwise::lab {
namespace {

using models::Classifier;
using models::ClassifierOptions;
using test::every_classifier_kind;
using test::small_classifier;
using Ids = std::vector<std::int32_t>;
using Vector = std::vector<double>;

Classifier random_model(const ClassifierOptions& options, std::uint64_t seed) {
    Classifier model(options, seed);
    Random random(seed, "test weights");
    const torch::NoGradGuard no_grad;
    for (const auto& variable : model->variables()) {
        auto value = variable.value;
        for (float& x : std::span(value.data_ptr<float>(), static_cast<std::size_t>(value.numel()))) {
            x = static_cast<float>(random.normal());
        }
    }
    if (model->batch_norm) {
        model->batch_norm->running_mean.fill_(0.25);
        model->batch_norm->running_var.fill_(0.5);
    }
    model->to(torch::kFloat64);
    return model;
}

const Ids some_ids{0, 0, 0, 1, 5, 17, 2, 9, 9, 4};

TEST(GateTrace, AgreesWithTheModuleForEveryKindOfModel) {
    for (const auto& [name, options] : every_classifier_kind()) {
        auto model = random_model(options, 3);
        model->eval();
        const auto layers = options.recurrent_layers();
        const bool forward_only = std::ranges::none_of(layers, [](const auto& layer) { return layer.bidirectional; });
        for (std::size_t layer = 0; layer < layers.size(); ++layer) {
            for (int direction = 0; direction < layers[layer].directions(); ++direction) {
                const auto trace = trace_gates(model, some_ids, layer, direction);
                ASSERT_EQ(trace.steps.size(), some_ids.size()) << name;
                EXPECT_TRUE(trace.states.agrees()) << name << " layer " << layer;
                EXPECT_LT(trace.states.largest_difference(), 1e-12) << name;
                EXPECT_TRUE(trace.probabilities.agrees()) << name;
                EXPECT_EQ(trace.has_probability_check, forward_only && layer + 1 == layers.size()) << name;
                for (std::size_t t = 0; t < some_ids.size(); ++t) {  // the model on the text so far
                    const auto ids = torch::tensor(Ids(some_ids.begin(), some_ids.begin() + t + 1), torch::kInt32);
                    const torch::NoGradGuard no_grad;
                    EXPECT_NEAR(trace.steps[t].probability,
                                torch::sigmoid(model->forward(ids.unsqueeze(0))).item<double>(), 1e-12)
                        << name << " step " << t;
                }
            }
        }
    }
}

TEST(GateTrace, IsTheHandWrittenStepsOneAfterAnother) {
    for (const Cell cell : all_cells) {
        auto model = random_model(small_classifier(cell), 8);
        const auto trace = trace_gates(model, some_ids, 0, 0);
        const auto weights = model->recurrent[0]->weights(0);
        Vector hidden(6), memory(6);
        for (std::size_t t = 0; t < some_ids.size(); ++t) {
            const auto x = values_of<double>(model->embedding->weight[some_ids[t]]);
            std::vector<Vector> gates;
            if (cell == Cell::lstm) {
                const auto step = lstm_step<double>(lstm_weights_of(weights), x, hidden, memory);
                gates = {step.forget_gate, step.input_gate, step.output_gate};
                hidden = step.hidden_state;
                memory = step.cell_state;
            } else if (cell == Cell::gru) {
                const auto step =
                    gru_step<double>(gru_weights_of(weights, models::GruReset::after), GruConvention::torch, x, hidden);
                gates = {step.reset_gate, step.update_gate};
                hidden = step.hidden_state;
            } else {
                hidden = simple_rnn_step<double>(simple_rnn_weights_of(weights), x, hidden);
            }
            ASSERT_EQ(trace.steps[t].gates.size(), gates.size());
            for (std::size_t j = 0; j < 6; ++j) {
                EXPECT_NEAR(trace.steps[t].hidden_state[j], hidden[j], 1e-12);
                for (std::size_t gate = 0; gate < gates.size(); ++gate) {
                    EXPECT_NEAR(trace.steps[t].gates[gate][j], gates[gate][j], 1e-12);
                }
                if (cell == Cell::lstm) {
                    EXPECT_NEAR(trace.steps[t].cell_state[j], memory[j], 1e-12);
                }
            }
        }
    }
}

TEST(GateTrace, RefusesLayersThatAreNotThere) {
    auto model = random_model(small_classifier(Cell::gru), 1);
    EXPECT_THROW((void)trace_gates(model, some_ids, 1, 0), UsageError);
    EXPECT_THROW((void)trace_gates(model, some_ids, 0, 1), UsageError);
    model->to(torch::kFloat32);
    EXPECT_THROW((void)trace_gates(model, some_ids, 0, 0), InternalError);
}

TEST(FilmModel, KnowsTheNotesWordsButNotTheirSentences) {
    for (const Cell cell : {Cell::lstm, Cell::gru}) {
        const auto film = train_film_model(cell, 0);
        EXPECT_GT(film.accuracy, 0.95) << cell_name(cell);
        for (const auto& sentence : gate_sentences) {
            const auto ids = film.vocabulary.encode(sentence.korean, film.model->options().vocabulary_size, true);
            EXPECT_EQ(std::ranges::count(ids, data::unknown_id), 0) << sentence.korean;
            for (const auto& learnt : film_sentences()) {
                EXPECT_NE(film.vocabulary.encode(learnt.text, 1000), ids) << sentence.korean;
            }
        }
        EXPECT_EQ(train_film_model(cell, 0).loss, film.loss) << "the same seed, the same run";
        EXPECT_NE(train_film_model(cell, 1).loss, film.loss);
    }
}

}  // namespace
}  // namespace cellwise::lab
