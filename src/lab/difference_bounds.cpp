#include "lab/difference_bounds.h"

#include <cmath>

#include "lab/arithmetic.h"

namespace cellwise::lab {
namespace {

/// A number and how far two computations of it can lie apart.
struct Bounded {
    long double value = 0;
    long double difference = 0;
};

/// The rules by which differences grow in one number format.
class Rounding {
public:
    explicit Rounding(double epsilon) : epsilon_(epsilon) {}

    [[nodiscard]] Bounded product(Bounded a, Bounded b) const {
        const long double value = a.value * b.value;
        return {value, std::abs(a.value) * b.difference + std::abs(b.value) * a.difference +
                           a.difference * b.difference + 2 * epsilon_ * std::abs(value)};
    }
    [[nodiscard]] Bounded sum(Bounded a, Bounded b) const {
        return {a.value + b.value,
                a.difference + b.difference + 2 * epsilon_ * (std::abs(a.value) + std::abs(b.value))};
    }
    [[nodiscard]] Bounded sigmoid_of(Bounded a) const { return activated(sigmoid<long double>, a); }
    [[nodiscard]] Bounded tanh_of(Bounded a) const {
        return activated([](long double x) { return std::tanh(x); }, a);
    }
    /// 1 − a.
    [[nodiscard]] Bounded complement(Bounded a) const { return {1 - a.value, a.difference + epsilon_}; }
    [[nodiscard]] long double epsilon() const { return epsilon_; }

private:
    /// Both activations rise, so the ends of the argument's range give the ends of the result's.
    template <class Activation>
    [[nodiscard]] Bounded activated(Activation activation, Bounded a) const {
        return {activation(a.value),
                activation(a.value + a.difference) - activation(a.value - a.difference) + 4 * epsilon_};
    }

    long double epsilon_;
};

/// A sum of products that is gathered term by term. Its difference is the distance of either
/// computation from the exact value, which is what activated() wants.
class WeightedSum {
public:
    template <class Real>
    void add(Values<Real> weights, const std::vector<Bounded>& values) {
        for (std::size_t k = 0; k < weights.size(); ++k) {
            const long double weight = weights[k];
            value_ += weight * values[k].value;
            magnitude_ += std::abs(weight * values[k].value);
            passed_on_ += std::abs(weight) * values[k].difference;
        }
        terms_ += weights.size();
    }
    void add(long double bias) {
        value_ += bias;
        magnitude_ += std::abs(bias);
        ++terms_;
    }
    /// `spare`: operations beside the terms' own, such as torch's second bias.
    [[nodiscard]] Bounded result(const Rounding& rounding, std::size_t spare = 2) const {
        const long double n = static_cast<long double>(terms_ + spare) * rounding.epsilon() / 2;
        return {value_, n / (1 - n) * magnitude_ + passed_on_};
    }

private:
    long double value_ = 0, magnitude_ = 0, passed_on_ = 0;
    std::size_t terms_ = 0;
};

template <class Real>
std::vector<Bounded> bounded(Values<Real> values, const std::vector<double>& differences = {}) {
    std::vector<Bounded> result;
    for (std::size_t k = 0; k < values.size(); ++k) {
        result.push_back({values[k], differences.empty() ? 0.0 : differences[k]});
    }
    return result;
}

template <class Real>
Bounded gate_sum(const GateWeights<Real>& gate, std::size_t unit, const std::vector<Bounded>& input,
                 const std::vector<Bounded>& hidden_state, const Rounding& rounding) {
    WeightedSum sum;
    sum.add<Real>(gate.input_weight.row(unit), input);
    sum.add<Real>(gate.recurrent_weight.row(unit), hidden_state);
    sum.add(gate.bias[unit]);
    return sum.result(rounding);
}

}  // namespace

template <class Real>
LstmBounds lstm_difference_bounds(const LstmWeights<Real>& weights, Values<Real> input, Values<Real> hidden_state,
                                  Values<Real> cell_state, const LstmBounds& incoming) {
    const Rounding rounding(std::numeric_limits<Real>::epsilon());
    const auto x = bounded<Real>(input);
    const auto h = bounded<Real>(hidden_state, incoming.hidden_state);
    const auto c = bounded<Real>(cell_state, incoming.cell_state);
    LstmBounds bounds;
    for (std::size_t j = 0; j < weights.hidden_size(); ++j) {
        const auto forget = rounding.sigmoid_of(gate_sum(weights.forget_gate, j, x, h, rounding));
        const auto store = rounding.sigmoid_of(gate_sum(weights.input_gate, j, x, h, rounding));
        const auto output = rounding.sigmoid_of(gate_sum(weights.output_gate, j, x, h, rounding));
        const auto candidate = rounding.tanh_of(gate_sum(weights.candidate, j, x, h, rounding));
        const auto cell = rounding.sum(rounding.product(forget, c[j]), rounding.product(store, candidate));
        const auto hidden = rounding.product(output, rounding.tanh_of(cell));
        bounds.cell_state.push_back(static_cast<double>(cell.difference));
        bounds.hidden_state.push_back(static_cast<double>(hidden.difference));
    }
    return bounds;
}

template <class Real>
std::vector<double> gru_difference_bounds(const GruWeights<Real>& weights, GruConvention convention, Values<Real> input,
                                          Values<Real> hidden_state, const std::vector<double>& incoming) {
    const Rounding rounding(std::numeric_limits<Real>::epsilon());
    const auto x = bounded<Real>(input);
    const auto h = bounded<Real>(hidden_state, incoming);
    std::vector<Bounded> reset, reset_state;
    for (std::size_t j = 0; j < weights.hidden_size(); ++j) {
        reset.push_back(rounding.sigmoid_of(gate_sum(weights.reset_gate, j, x, h, rounding)));
        reset_state.push_back(rounding.product(reset[j], h[j]));
    }
    std::vector<double> bounds;
    for (std::size_t j = 0; j < weights.hidden_size(); ++j) {
        const auto& gate = weights.candidate;
        WeightedSum from_input, from_state;
        from_input.add<Real>(gate.input_weight.row(j), x);
        from_input.add(gate.bias[j]);
        from_state.add<Real>(gate.recurrent_weight.row(j), resets_before(convention) ? reset_state : h);
        // Where both halves are one long sum, the partial sums of each round on as the other's terms join.
        const std::size_t spare = x.size() + h.size() + 2;
        auto recurrent = from_state.result(rounding, spare);
        if (!resets_before(convention)) {
            from_state.add(weights.candidate_recurrent_bias[j]);
            recurrent = rounding.product(reset[j], from_state.result(rounding, spare));
        }
        const auto candidate = rounding.tanh_of(rounding.sum(from_input.result(rounding, spare), recurrent));

        const auto update = rounding.sigmoid_of(gate_sum(weights.update_gate, j, x, h, rounding));
        const auto weigh_candidate = update_weighs_candidate(convention) ? update : rounding.complement(update);
        const auto weigh_state = update_weighs_candidate(convention) ? rounding.complement(update) : update;
        const auto mixed =
            rounding.sum(rounding.product(weigh_candidate, candidate), rounding.product(weigh_state, h[j]));
        // torch computes the mixture as n + z·(h − n), which rounds by the sizes of h and n themselves.
        const long double mixing = 2 * rounding.epsilon() * (std::abs(h[j].value) + std::abs(candidate.value));
        bounds.push_back(static_cast<double>(mixed.difference + mixing));
    }
    return bounds;
}

template <class Real>
std::vector<double> simple_rnn_difference_bounds(const GateWeights<Real>& weights, Values<Real> input,
                                                 Values<Real> hidden_state, const std::vector<double>& incoming) {
    const Rounding rounding(std::numeric_limits<Real>::epsilon());
    const auto x = bounded<Real>(input);
    const auto h = bounded<Real>(hidden_state, incoming);
    std::vector<double> bounds;
    for (std::size_t j = 0; j < weights.bias.size(); ++j) {
        bounds.push_back(static_cast<double>(rounding.tanh_of(gate_sum(weights, j, x, h, rounding)).difference));
    }
    return bounds;
}

template LstmBounds lstm_difference_bounds(const LstmWeights<float>&, Values<float>, Values<float>, Values<float>,
                                           const LstmBounds&);
template LstmBounds lstm_difference_bounds(const LstmWeights<double>&, Values<double>, Values<double>, Values<double>,
                                           const LstmBounds&);
template std::vector<double> gru_difference_bounds(const GruWeights<float>&, GruConvention, Values<float>,
                                                   Values<float>, const std::vector<double>&);
template std::vector<double> gru_difference_bounds(const GruWeights<double>&, GruConvention, Values<double>,
                                                   Values<double>, const std::vector<double>&);
template std::vector<double> simple_rnn_difference_bounds(const GateWeights<double>&, Values<double>, Values<double>,
                                                          const std::vector<double>&);

}  // namespace cellwise::lab
