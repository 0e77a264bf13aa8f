#include "lab/sentence_trainer.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/random.h"
#include "lab/difference_bounds.h"
#include "lab/torch_tensors.h"
#include "lab/worked_sentence.h"

namespace cellwise::lab {
namespace {

using Ids = std::vector<std::int64_t>;

/// These products are so small that a second thread would only be waited for.
class OneThread {
public:
    OneThread() { torch::set_num_threads(1); }
    OneThread(const OneThread&) = delete;
    OneThread& operator=(const OneThread&) = delete;
    ~OneThread() { torch::set_num_threads(before_); }

private:
    int before_ = torch::get_num_threads();
};

/// One-hot words → LSTM → linear layer over the vocabulary.
struct NextWordModel : torch::nn::Module {
    torch::nn::LSTM lstm{nullptr};
    torch::nn::Linear linear{nullptr};

    NextWordModel(std::int64_t vocabulary_size, const SentenceTrainingOptions& options) {
        lstm = register_module("lstm", torch::nn::LSTM(vocabulary_size, options.hidden_size));
        linear = register_module("linear", torch::nn::Linear(options.hidden_size, vocabulary_size));
        to(torch::kFloat64);
        const torch::NoGradGuard no_grad;
        Random random(options.seed, "sentence weights");
        const double range = 1 / std::sqrt(static_cast<double>(options.hidden_size));
        for (auto& parameter : parameters()) {
            for (double& value : std::span(parameter.data_ptr<double>(), static_cast<std::size_t>(parameter.numel()))) {
                value = random.uniform(-range, range);
            }
        }
    }

    [[nodiscard]] torch::Tensor one_hot(const Ids& ids) const {
        return torch::nn::functional::one_hot(torch::tensor(ids), linear->options.out_features()).to(torch::kFloat64);
    }
    /// Hidden states and final cell state of a sentence's words: [words, hidden], [hidden].
    std::pair<torch::Tensor, torch::Tensor> states(const Ids& ids) {
        const auto [output, final_states] = lstm(one_hot(ids).unsqueeze(1));  // [words, batch = 1, vocabulary]
        return {output.squeeze(1), std::get<1>(final_states).flatten()};
    }
    /// The summed cross-entropy of the words behind the first.
    torch::Tensor loss(const Ids& sentence) {
        const auto scores = linear(states({sentence.begin(), sentence.end() - 1}).first);
        return torch::nn::functional::cross_entropy(
            scores, torch::tensor(Ids(sentence.begin() + 1, sentence.end())),
            torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum));
    }
};

/// The gates of torch's fused weights (i, f, g, o; two biases that add up).
LstmWeights<double> weights_of(const NextWordModel& model) {
    const auto parameters = model.lstm->named_parameters();
    const auto units = model.lstm->options.hidden_size();
    const auto bias = parameters["bias_ih_l0"] + parameters["bias_hh_l0"];
    const auto gate = [&](std::int64_t index) {
        const auto part = [&](const torch::Tensor& all) {
            return values_of<double>(all.narrow(0, index * units, units));
        };
        const auto rows = static_cast<std::size_t>(units);
        GateWeights<double> weights{Matrix<double>(rows, static_cast<std::size_t>(model.lstm->options.input_size())),
                                    Matrix<double>(rows, rows), part(bias)};
        weights.input_weight.values = part(parameters["weight_ih_l0"]);
        weights.recurrent_weight.values = part(parameters["weight_hh_l0"]);
        return weights;
    };
    return {gate(1), gate(0), gate(3), gate(2)};
}

NextWordReadout readout_of(const NextWordModel& model, const std::vector<std::string>& vocabulary) {
    NextWordReadout readout{vocabulary, {}, values_of<double>(model.linear->bias)};
    readout.weight.rows = vocabulary.size();
    readout.weight.columns = static_cast<std::size_t>(model.linear->options.in_features());
    readout.weight.values = values_of<double>(model.linear->weight);
    return readout;
}

/// How far two honest computations of the probabilities can lie apart: scores s that differ by at most δ
/// give probabilities that differ by a factor e^(2δ) at most.
std::vector<double> probability_bounds(const NextWordReadout& readout, const std::vector<double>& hidden_state,
                                       const std::vector<double>& incoming) {
    const double epsilon = std::numeric_limits<double>::epsilon();
    double largest = 0;
    for (std::size_t word = 0; word < readout.vocabulary.size(); ++word) {
        double size = std::abs(readout.bias[word]), passed_on = 0;
        for (std::size_t j = 0; j < hidden_state.size(); ++j) {
            size += std::abs(readout.weight.at(word, j) * hidden_state[j]);
            passed_on += std::abs(readout.weight.at(word, j)) * incoming[j];
        }
        largest = std::max(largest, (static_cast<double>(hidden_state.size()) + 4) * epsilon * size + passed_on);
    }
    return std::vector<double>(readout.vocabulary.size(),
                               std::expm1(2 * largest) + static_cast<double>(readout.vocabulary.size() + 8) * epsilon);
}

SentenceReading read(NextWordModel& model, const Ids& sentence, const std::vector<std::string>& vocabulary) {
    const torch::NoGradGuard no_grad;
    const Ids ids(sentence.begin(), sentence.end() - 1);
    const auto weights = weights_of(model);
    const auto readout = readout_of(model, vocabulary);
    const auto [hidden_states, final_cell] = model.states(ids);
    const auto probabilities = torch::softmax(model.linear(hidden_states), 1);

    SentenceReading reading;
    std::vector<double> hidden_state(weights.hidden_size()), cell_state(weights.hidden_size());
    LstmBounds bounds{hidden_state, cell_state};
    for (std::size_t t = 0; t < ids.size(); ++t) {
        std::vector<double> input(vocabulary.size());
        input[static_cast<std::size_t>(ids[t])] = 1;
        bounds = lstm_difference_bounds<double>(weights, input, hidden_state, cell_state, bounds);
        const auto step = lstm_step<double>(weights, input, hidden_state, cell_state);
        hidden_state = step.hidden_state;
        cell_state = step.cell_state;
        const auto row = static_cast<std::int64_t>(t);
        reading.comparison.add(hidden_state, values_of<double>(hidden_states[row]), bounds.hidden_state,
                               base_tolerance<double>);
        auto shares = readout.probabilities(hidden_state);
        reading.comparison.add(shares, values_of<double>(probabilities[row]),
                               probability_bounds(readout, hidden_state, bounds.hidden_state), base_tolerance<double>);
        reading.words.push_back({vocabulary[static_cast<std::size_t>(ids[t])], step, std::move(shares)});
    }
    reading.comparison.add(cell_state, values_of<double>(final_cell), bounds.cell_state, base_tolerance<double>);
    reading.loss = model.loss(sentence).item<double>() / static_cast<double>(ids.size());
    return reading;
}

void require_range(const char* flag, std::int64_t value, std::int64_t most) {
    if (value < 1 || value > most) throw UsageError(fmt::format("{}: {} is not between 1 and {}", flag, value, most));
}

}  // namespace

void SentenceTrainingOptions::validate() const {
    require_range("--hidden-size", hidden_size, 128);
    require_range("--steps", steps, 100000);
    if (!(learning_rate > 0 && learning_rate <= 10)) {
        throw UsageError(fmt::format("--learning-rate: {} is not above 0 and at most 10", learning_rate));
    }
}

SentenceTraining train_sentences(const std::vector<std::vector<std::string>>& sentences,
                                 const SentenceTrainingOptions& options) {
    options.validate();
    const OneThread one_thread;
    SentenceTraining training;
    auto& vocabulary = training.vocabulary;
    std::vector<Ids> all_ids;
    double predictions = 0;
    for (const auto& words : sentences) {
        if (words.size() < 2) throw InternalError("a sentence of less than two words has no next word");
        auto& ids = all_ids.emplace_back();
        for (const auto& word : words) {
            const auto found = std::ranges::find(vocabulary, word);
            ids.push_back(found - vocabulary.begin());
            if (found == vocabulary.end()) vocabulary.push_back(word);
        }
        predictions += static_cast<double>(words.size() - 1);
    }

    NextWordModel model(static_cast<std::int64_t>(vocabulary.size()), options);
    for (const auto& ids : all_ids) training.before.push_back(read(model, ids, vocabulary));
    torch::optim::Adam optimizer(model.parameters(), torch::optim::AdamOptions(options.learning_rate));
    for (std::int64_t step = 0; step < options.steps; ++step) {
        optimizer.zero_grad();
        torch::Tensor loss = torch::zeros({}, torch::kFloat64);
        for (const auto& ids : all_ids) loss = loss + model.loss(ids);
        loss = loss / predictions;
        training.losses.push_back(loss.item<double>());
        if (!std::isfinite(training.losses.back())) {
            throw UsageError(fmt::format("training diverged at step {}: take a smaller --learning-rate", step + 1));
        }
        loss.backward();
        optimizer.step();
    }
    for (const auto& ids : all_ids) training.after.push_back(read(model, ids, vocabulary));
    return training;
}

}  // namespace cellwise::lab
