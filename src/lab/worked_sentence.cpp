#include "lab/worked_sentence.h"

#include <algorithm>
#include <cmath>

#include "lab/arithmetic.h"

namespace cellwise::lab {
namespace {

Matrix<double> matrix_of(std::size_t rows, std::size_t columns, std::vector<double> values) {
    Matrix<double> matrix;
    matrix.rows = rows;
    matrix.columns = columns;
    matrix.values = std::move(values);
    return matrix;
}

/// A gate of two units without bias that reads three words.
GateWeights<double> gate(std::vector<double> input_weight, std::vector<double> recurrent_weight) {
    return {matrix_of(2, 3, std::move(input_weight)), matrix_of(2, 2, std::move(recurrent_weight)), {0, 0}};
}

}  // namespace

std::vector<double> NextWordReadout::probabilities(Values<double> hidden_state) const {
    std::vector<double> result;
    for (std::size_t word = 0; word < vocabulary.size(); ++word) {
        result.push_back(dot<double>(weight.row(word), hidden_state) + bias[word]);
    }
    const double largest = *std::ranges::max_element(result);
    double sum = 0;
    for (double& score : result) sum += score = std::exp(score - largest);
    for (double& share : result) share /= sum;
    return result;
}

WorkedSentence worked_sentence() {
    WorkedSentence sentence;
    sentence.words = {"저는", "아침에", "책을"};
    auto& weights = sentence.weights;
    weights.forget_gate = gate({0.1, 0.2, 0.3,  // the tutorial's
                                0.2, 0.3, 0.1},
                               {0.5, 0.5,  // the tutorial's
                                0.5, 0.5});
    weights.input_gate = gate({0.2, 0.3, 2.0,   // opens for the object; σ(0.2) = 0.55 for the first word
                               0.2, 2.0, 0.3},  // opens for the time
                              {0.1, 0.1, 0.1, 0.1});
    weights.output_gate = gate({0.3, 0.3, 1.0, 0.3, 1.0, 0.5}, {0.2, 0.1, 0.1, 0.2});
    weights.candidate = gate({0.3, 0.2, 2.5,   // the object
                              0.3, 2.5, 0.2},  // the time
                             {0.1, -0.2, -0.2, 0.1});
    sentence.readout.vocabulary = {"읽습니다", "먹습니다", "일어납니다", "갑니다"};
    sentence.readout.weight = matrix_of(4, 2,
                                        {5, 1,    // to read: a book, at some time
                                         1, 2,    // to eat: rather a matter of the time
                                         -3, 5,   // to get up: in the morning, and without an object
                                         0, 0});  // to go: neither
    sentence.readout.bias = {0, 0, 0, 0.5};
    return sentence;
}

std::vector<SentenceStep> read_sentence(const WorkedSentence& sentence) {
    std::vector<SentenceStep> steps;
    std::vector<double> hidden_state(sentence.weights.hidden_size()), cell_state(hidden_state.size());
    for (std::size_t t = 0; t < sentence.words.size(); ++t) {
        std::vector<double> input(sentence.weights.input_size());
        input.at(t) = 1;
        auto step = lstm_step<double>(sentence.weights, input, hidden_state, cell_state);
        auto probability = sentence.readout.probabilities(step.hidden_state);
        const auto next_hidden = step.hidden_state, next_cell = step.cell_state;
        steps.push_back(
            {sentence.words[t], std::move(input), hidden_state, cell_state, std::move(step), std::move(probability)});
        hidden_state = next_hidden;
        cell_state = next_cell;
    }
    return steps;
}

}  // namespace cellwise::lab
