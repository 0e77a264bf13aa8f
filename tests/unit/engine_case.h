#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "core/random.h"
#include "engine/recurrent_pass.h"
#include "unit/engine_reference.h"

namespace cellwise::engine {

/// A layer with random weights and a random batch: ids with leading zeros in some rows, or dense input.
struct Case {
    CellKind cell = CellKind::lstm;
    std::size_t batch = 1, steps = 1, input = 1, hidden = 1, vocabulary = 8;
    bool reverse = false;
    bool dense = false;
    bool sequence = false;     ///< the loss reads the whole sequence as well
    std::size_t padding = 50;  ///< per cent of the rows that begin with zeros; 100: some are all zeros
    std::uint64_t seed = 1;

    [[nodiscard]] std::size_t gates() const {
        return cell == CellKind::simple_rnn ? 1 : cell == CellKind::lstm ? 4 : 3;
    }
    [[nodiscard]] std::string text() const {
        return "cell " + std::to_string(static_cast<int>(cell)) + " batch " + std::to_string(batch) + " steps " +
               std::to_string(steps) + " input " + std::to_string(input) + " hidden " + std::to_string(hidden) +
               (reverse ? " reverse" : "") + (dense ? " dense" : "") + (sequence ? " sequence" : "") + " seed " +
               std::to_string(seed);
    }
};

inline constexpr std::array all_kinds{CellKind::simple_rnn, CellKind::lstm, CellKind::gru, CellKind::gru_reset_before};

/// Sizes that fill no whole vector, block or tile.
inline Case uneven_case(CellKind kind, std::size_t hidden) {
    Case c;
    c.cell = kind;
    c.batch = 19;
    c.steps = 9;
    c.input = hidden + 3;
    c.hidden = hidden;
    c.vocabulary = 50;
    c.sequence = hidden == 33;
    return c;
}

/// Several blocks of rows, so that threads have something to share.
inline Case case_of_blocks(CellKind kind) {
    Case c;
    c.cell = kind;
    c.batch = 50;
    c.steps = 17;
    c.input = 24;
    c.hidden = 40;
    c.vocabulary = 100;
    return c;
}

/// What a layer gives for a case; `input` is the gradient of the table's rows or of the dense input.
struct Result {
    std::vector<float> last, sequence, w_ih, w_hh, b_ih, b_hh, input;
    bool operator==(const Result&) const = default;
};

struct CaseData {
    explicit CaseData(const Case& c) : test(c) {
        Random random(c.seed, "engine test");
        const auto fill = [&](std::vector<float>& values, std::size_t count, double size) {
            values.resize(count);
            for (float& value : values) value = static_cast<float>(random.uniform(-size, size));
        };
        const double scale = 1 / std::sqrt(static_cast<double>(c.hidden));
        const std::size_t rows = c.gates() * c.hidden;
        fill(w_ih, rows * c.input, 1 / std::sqrt(static_cast<double>(c.input)));
        fill(w_hh, rows * c.hidden, scale);
        fill(b_ih, rows, 0.5);
        fill(b_hh, rows, 0.5);
        fill(table, c.vocabulary * c.input, 1);
        fill(dense, c.dense ? c.batch * c.steps * c.input : 0, 1);
        fill(d_last, c.batch * c.hidden, 1);
        fill(d_sequence, c.sequence ? c.batch * c.steps * c.hidden : 0, 1);
        ids.resize(c.batch * c.steps);
        for (std::size_t row = 0; row < c.batch; ++row) {
            const bool pads = random.below(100) < c.padding;
            const std::size_t prefix =
                pads ? static_cast<std::size_t>(random.below(c.steps + (c.padding == 100 ? 1 : 0))) : 0;
            for (std::size_t t = 0; t < c.steps; ++t) {
                ids[row * c.steps + t] = t < prefix ? 0 : static_cast<std::int64_t>(random.below(c.vocabulary));
            }
        }
    }

    [[nodiscard]] LayerInput layer_input() const {
        LayerInput layer;
        layer.batch = test.batch;
        layer.steps = test.steps;
        if (test.dense) {
            layer.dense = dense.data();
        } else {
            layer.ids64 = ids.data();
            layer.table = table.data();
            layer.vocabulary = test.vocabulary;
        }
        return layer;
    }

    [[nodiscard]] ReferenceLayer reference() const {
        const auto wide = [](const std::vector<float>& v) { return std::vector<double>(v.begin(), v.end()); };
        ReferenceLayer layer{test.cell, test.batch, test.steps, test.input, test.hidden, test.reverse,
                             {},        wide(w_ih), wide(w_hh), wide(b_ih), wide(b_hh),  {},
                             {},        {},         {},         {},         {},          {}};
        for (std::size_t position = 0; position < ids.size(); ++position) {
            const float* const row = test.dense ? &dense[position * test.input]
                                                : &table[static_cast<std::size_t>(ids[position]) * test.input];
            layer.x.insert(layer.x.end(), row, row + test.input);
        }
        layer.run(wide(d_last), wide(d_sequence));
        return layer;
    }

    /// The kernels' answer. The input's gradient of ids is brought into the table's shape.
    [[nodiscard]] Result run(ThreadPool& pool, RecurrentPass& pass) const {
        Result result;
        result.last.resize(test.batch * test.hidden);
        result.sequence.resize(test.batch * test.steps * test.hidden);
        result.w_ih.resize(w_ih.size());
        result.w_hh.resize(w_hh.size());
        result.b_ih.resize(b_ih.size());
        result.b_hh.resize(b_hh.size());
        pass.forward(pool, {w_ih.data(), w_hh.data(), b_ih.data(), b_hh.data()}, layer_input(),
                     {result.last.data(), result.sequence.data()}, true);
        std::vector<float> rows((test.dense ? test.batch * test.steps : pass.tokens().size()) * test.input);
        pass.backward(pool, layer_input(), {d_last.data(), d_sequence.empty() ? nullptr : d_sequence.data()},
                      {result.w_ih.data(), result.w_hh.data(), result.b_ih.data(), result.b_hh.data(), rows.data()});
        if (test.dense) {
            result.input = rows;
        } else {
            result.input.assign(table.size(), 0);
            for (std::size_t i = 0; i < pass.tokens().size(); ++i) {
                const std::size_t token = static_cast<std::size_t>(pass.tokens()[i]);
                for (std::size_t k = 0; k < test.input; ++k)
                    result.input[token * test.input + k] += rows[i * test.input + k];
            }
        }
        return result;
    }

    [[nodiscard]] LayerOptions options(Switches switches = {}) const {
        LayerOptions options;
        options.cell = test.cell;
        options.input_size = test.input;
        options.hidden_size = test.hidden;
        options.reverse = test.reverse;
        options.switches = switches;
        return options;
    }

    /// The reference's input gradient in the shape of Result::input.
    [[nodiscard]] GradientSums table_gradient(const ReferenceLayer& reference) const {
        if (test.dense) return reference.d_x;
        GradientSums sum;
        sum.assign(table.size());
        for (std::size_t position = 0; position < ids.size(); ++position) {
            for (std::size_t k = 0; k < test.input; ++k) {
                const std::size_t at = static_cast<std::size_t>(ids[position]) * test.input + k;
                sum.value[at] += reference.d_x.value[position * test.input + k];
                sum.size[at] += reference.d_x.size[position * test.input + k];
            }
        }
        return sum;
    }

    Case test;
    std::vector<float> w_ih, w_hh, b_ih, b_hh, table, dense, d_last, d_sequence;
    std::vector<std::int64_t> ids;
};

/// Largest |a − b| as a share of `size`.
inline double relative_error(const std::vector<float>& a, const std::vector<double>& b, double size) {
    if (a.size() != b.size()) return 1e9;
    double error = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double difference = std::abs(static_cast<double>(a[i]) - b[i]);
        if (!(difference <= error)) error = std::isnan(difference) ? 1e9 : difference;
    }
    return error / size;
}

/// The largest relative error of all of a result against the reference: of states as a share of 1, to which they go, of
/// gradients as a share of their largest size (or of 1e-3 where that is smaller).
inline double largest_error(const CaseData& data, const Result& result, const ReferenceLayer& reference) {
    const auto of_sums = [](const std::vector<float>& a, const GradientSums& b) {
        return relative_error(a, b.value, std::max(1e-3, std::ranges::max(b.size)));
    };
    return std::max({relative_error(result.last, reference.last, 1),
                     relative_error(result.sequence, reference.sequence, 1), of_sums(result.w_ih, reference.d_w_ih),
                     of_sums(result.w_hh, reference.d_w_hh), of_sums(result.b_ih, reference.d_b_ih),
                     of_sums(result.b_hh, reference.d_b_hh), of_sums(result.input, data.table_gradient(reference))});
}

}  // namespace cellwise::engine
