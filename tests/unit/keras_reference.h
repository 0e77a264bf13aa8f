#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "interchange/keras_model.h"

namespace cellwise::test {

/// What Keras predicts with a model, computed in float64 by the formulas of its documentation and in its own layout:
/// no tensors, nothing shared with what the product computes.
class KerasReference {
public:
    explicit KerasReference(const interchange::KerasModel& model) : model_(model) {}

    double probability(const std::vector<std::int64_t>& ids) const {
        using Sequence = std::vector<std::vector<double>>;
        Sequence sequence;
        for (const auto id : ids) sequence.push_back(row("embedding.embeddings", static_cast<std::size_t>(id)));
        std::vector<double> last;
        const auto layers = model_.options.recurrent_layers();
        for (std::size_t i = 0; i < layers.size(); ++i) {
            const auto name = "recurrent_" + std::to_string(i);
            const auto forward = states(layers[i], name + ".forward", sequence);
            last = forward.back();
            auto both = forward;
            if (layers[i].bidirectional) {
                std::reverse(sequence.begin(), sequence.end());
                auto backward = states(layers[i], name + ".backward", sequence);
                last.insert(last.end(), backward.back().begin(), backward.back().end());
                std::reverse(backward.begin(), backward.end());
                for (std::size_t t = 0; t < both.size(); ++t) {
                    both[t].insert(both[t].end(), backward[t].begin(), backward[t].end());
                }
            }
            sequence = both;
        }
        if (model_.options.batch_norm) {
            for (std::size_t i = 0; i < last.size(); ++i) {
                last[i] = (last[i] - at("batch_norm.moving_mean", i)) /
                              std::sqrt(at("batch_norm.moving_variance", i) + 1e-3) * at("batch_norm.gamma", i) +
                          at("batch_norm.beta", i);
            }
        }
        double logit = at("dense.bias", 0);
        for (std::size_t i = 0; i < last.size(); ++i) logit += last[i] * at("dense.kernel", i);
        return sigmoid(logit);
    }

private:
    static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

    double at(const std::string& name, std::size_t index) const { return model_.variables.at(name).values.at(index); }

    std::vector<double> row(const std::string& name, std::size_t index) const {
        const auto& variable = model_.variables.at(name);
        const auto width = variable.values.size() / static_cast<std::size_t>(variable.shape[0]);
        const auto begin = variable.values.begin() + static_cast<std::ptrdiff_t>(index * width);
        return {begin, begin + static_cast<std::ptrdiff_t>(width)};
    }

    /// x·W, W [in, out].
    std::vector<double> product(const std::vector<double>& x, const std::string& name) const {
        std::vector<double> result(static_cast<std::size_t>(model_.variables.at(name).shape[1]), 0.0);
        for (std::size_t i = 0; i < x.size(); ++i) {
            for (std::size_t j = 0; j < result.size(); ++j) result[j] += x[i] * at(name, i * result.size() + j);
        }
        return result;
    }

    /// The hidden state after each step.
    std::vector<std::vector<double>> states(const models::RecurrentOptions& layer, const std::string& name,
                                            const std::vector<std::vector<double>>& inputs) const {
        const auto units = static_cast<std::size_t>(layer.hidden_size);
        std::vector<double> h(units, 0.0);
        std::vector<double> c(units, 0.0);
        std::vector<std::vector<double>> all;
        for (const auto& input : inputs) {
            auto x = product(input, name + ".kernel");
            for (std::size_t i = 0; i < x.size(); ++i) x[i] += at(name + ".bias", i);
            if (layer.cell == Cell::gru) {
                h = gru(layer, name, x, h);
            } else {
                const auto r = product(h, name + ".recurrent_kernel");
                for (std::size_t i = 0; i < x.size(); ++i) x[i] += r[i];
                for (std::size_t i = 0; i < units; ++i) {
                    if (layer.cell == Cell::simple_rnn) {
                        h[i] = std::tanh(x[i]);
                        continue;
                    }
                    c[i] = sigmoid(x[units + i]) * c[i] + sigmoid(x[i]) * std::tanh(x[2 * units + i]);
                    h[i] = sigmoid(x[3 * units + i]) * std::tanh(c[i]);
                }
            }
            all.push_back(h);
        }
        return all;
    }

    std::vector<double> gru(const models::RecurrentOptions& layer, const std::string& name,
                            const std::vector<double>& x, const std::vector<double>& h) const {
        const auto units = h.size();
        const auto r = product(h, name + ".recurrent_kernel");
        const bool after = layer.gru_reset == models::GruReset::after;
        const auto recurrent_bias = [&](std::size_t i) { return after ? at(name + ".bias", 3 * units + i) : 0.0; };
        std::vector<double> update(units);
        std::vector<double> reset(units);
        for (std::size_t i = 0; i < units; ++i) {
            update[i] = sigmoid(x[i] + r[i] + recurrent_bias(i));
            reset[i] = sigmoid(x[units + i] + r[units + i] + recurrent_bias(units + i));
        }
        std::vector<double> kept = h;  // what the reset gate leaves of the state, where it is applied before
        for (std::size_t i = 0; i < units; ++i) kept[i] *= reset[i];
        const auto before = product(kept, name + ".recurrent_kernel");
        std::vector<double> next(units);
        for (std::size_t i = 0; i < units; ++i) {
            const auto j = 2 * units + i;
            const auto candidate = std::tanh(x[j] + (after ? reset[i] * (r[j] + recurrent_bias(j)) : before[j]));
            next[i] = update[i] * h[i] + (1 - update[i]) * candidate;
        }
        return next;
    }

    const interchange::KerasModel& model_;
};

}  // namespace cellwise::test
