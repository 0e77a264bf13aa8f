#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/recurrent_pass.h"

namespace cellwise::engine {

/// A number and the size that its rounding goes by. Differences of numbers that nearly cancel are small, their rounding
/// is that of the numbers: of a − b it is |a| + |b|.
struct Sized {
    double value, size;
    Sized operator*(double factor) const { return {value * factor, size * std::abs(factor)}; }
};

/// Gradients, which are sums over rows and steps.
struct GradientSums {
    std::vector<double> value;  ///< Σ term
    std::vector<double> size;   ///< Σ size of the term

    void assign(std::size_t count) {
        value.assign(count, 0);
        size.assign(count, 0);
    }
    void add(std::size_t at, Sized term) {
        value[at] += term.value;
        size[at] += term.size;
    }
};

/// One recurrent layer in float64, written from the equations with plain loops: one row, one step and
/// one gate at a time. What the kernels are checked against.
struct ReferenceLayer {
    CellKind cell;
    std::size_t batch, steps, input, hidden;
    bool reverse;
    std::vector<double> x;                       ///< [batch, steps, input]
    std::vector<double> w_ih, w_hh, b_ih, b_hh;  ///< PyTorch's layout

    std::vector<double> last, sequence;  ///< [batch, hidden], [batch, steps, hidden]
    GradientSums d_x, d_w_ih, d_w_hh, d_b_ih, d_b_hh;

    [[nodiscard]] std::size_t gates() const {
        return cell == CellKind::simple_rnn ? 1 : cell == CellKind::lstm ? 4 : 3;
    }

    /// Forward and backward for the loss Σ last·d_last + Σ sequence·d_sequence.
    void run(const std::vector<double>& d_last, const std::vector<double>& d_sequence) {
        last.assign(batch * hidden, 0);
        sequence.assign(batch * steps * hidden, 0);
        d_x.assign(x.size());
        d_w_ih.assign(w_ih.size());
        d_w_hh.assign(w_hh.size());
        d_b_ih.assign(b_ih.size());
        d_b_hh.assign(b_hh.size());
        for (std::size_t row = 0; row < batch; ++row) run_row(row, d_last, d_sequence);
    }

private:
    struct Step {
        std::vector<double> a, u;  // gates after their functions; recurrent parts before
        std::vector<double> h, c;  // the states the step starts from
        std::vector<double> c_next, h_next;
    };

    static double sigmoid(double v) { return 1 / (1 + std::exp(-v)); }
    // Slopes, from the functions' values.
    static Sized sigmoid_slope(double a) { return {a * (1 - a), a * (1 + a)}; }
    static Sized tanh_slope(double a) { return {1 - a * a, 1 + a * a}; }
    [[nodiscard]] std::size_t time(std::size_t step) const { return reverse ? steps - 1 - step : step; }

    // W_hh[gate · hidden + unit] · v
    [[nodiscard]] double recur(std::size_t unit_row, const std::vector<double>& v) const {
        double sum = b_hh[unit_row];
        for (std::size_t k = 0; k < hidden; ++k) sum += w_hh[unit_row * hidden + k] * v[k];
        return sum;
    }

    Step forward_step(const double* xt, const std::vector<double>& h, const std::vector<double>& c) const {
        Step s{std::vector<double>(gates() * hidden), std::vector<double>(gates() * hidden), h, c, c, h};
        std::vector<double> in(gates() * hidden);
        for (std::size_t g = 0; g < in.size(); ++g) {
            in[g] = b_ih[g];
            for (std::size_t k = 0; k < input; ++k) in[g] += w_ih[g * input + k] * xt[k];
            s.u[g] = recur(g, h);
        }
        const std::size_t n = hidden;
        if (cell == CellKind::gru_reset_before) {
            std::vector<double> rh(n);
            for (std::size_t j = 0; j < n; ++j) rh[j] = sigmoid(in[j] + s.u[j]) * h[j];
            for (std::size_t j = 0; j < n; ++j) s.u[2 * n + j] = recur(2 * n + j, rh);
        }
        for (std::size_t j = 0; j < n; ++j) {
            if (cell == CellKind::simple_rnn) {
                s.h_next[j] = s.a[j] = std::tanh(in[j] + s.u[j]);
            } else if (cell == CellKind::lstm) {
                for (const std::size_t g : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
                    s.a[g * n + j] = sigmoid(in[g * n + j] + s.u[g * n + j]);
                }
                s.a[2 * n + j] = std::tanh(in[2 * n + j] + s.u[2 * n + j]);
                s.c_next[j] = s.a[n + j] * c[j] + s.a[j] * s.a[2 * n + j];
                s.h_next[j] = s.a[3 * n + j] * std::tanh(s.c_next[j]);
            } else {
                const double r = s.a[j] = sigmoid(in[j] + s.u[j]);
                const double z = s.a[n + j] = sigmoid(in[n + j] + s.u[n + j]);
                const double scale = cell == CellKind::gru ? r : 1;
                s.a[2 * n + j] = std::tanh(in[2 * n + j] + scale * s.u[2 * n + j]);
                s.h_next[j] = (1 - z) * s.a[2 * n + j] + z * h[j];
            }
        }
        return s;
    }

    // Adds the gradients of one recurrent row's product W_hh[row]·v + b_hh[row].
    void recur_back(std::size_t row, Sized d, const std::vector<double>& v, std::vector<double>& d_v) {
        d_b_hh.add(row, d);
        for (std::size_t k = 0; k < hidden; ++k) {
            d_w_hh.add(row * hidden + k, {d.value * v[k], d.size});  // a state is rounded as numbers of its range are
            d_v[k] += d.value * w_hh[row * hidden + k];
        }
    }
    void input_back(std::size_t row, Sized d, std::size_t position) {
        d_b_ih.add(row, d);
        for (std::size_t k = 0; k < input; ++k) {
            d_w_ih.add(row * input + k, d * x[position * input + k]);
            d_x.add(position * input + k, d * w_ih[row * input + k]);
        }
    }

    void back_step(const Step& s, std::size_t position, std::vector<double>& dh, std::vector<double>& dc) {
        const std::size_t n = hidden;
        std::vector<double> before(n, 0), d_rh(n, 0);
        for (std::size_t j = 0; j < n; ++j) {
            if (cell == CellKind::simple_rnn) {
                const Sized d = tanh_slope(s.a[j]) * dh[j];
                input_back(j, d, position);
                recur_back(j, d, s.h, before);
            } else if (cell == CellKind::lstm) {
                const double i = s.a[j], f = s.a[n + j], g = s.a[2 * n + j], o = s.a[3 * n + j];
                const double squashed = std::tanh(s.c_next[j]);
                dc[j] += dh[j] * o * tanh_slope(squashed).value;
                const Sized d[4] = {sigmoid_slope(i) * (dc[j] * g), sigmoid_slope(f) * (dc[j] * s.c[j]),
                                    tanh_slope(g) * (dc[j] * i), sigmoid_slope(o) * (dh[j] * squashed)};
                for (std::size_t gate = 0; gate < 4; ++gate) {
                    input_back(gate * n + j, d[gate], position);
                    recur_back(gate * n + j, d[gate], s.h, before);
                }
                dc[j] *= f;
            } else {
                const double z = s.a[n + j], candidate = s.a[2 * n + j];
                const Sized dn = tanh_slope(candidate) * (dh[j] * (1 - z));
                const Sized dz = sigmoid_slope(z) * (dh[j] * (s.h[j] - candidate));
                input_back(n + j, dz, position);
                recur_back(n + j, dz, s.h, before);
                input_back(2 * n + j, dn, position);
                before[j] += dh[j] * z;
                if (cell == CellKind::gru) {
                    const double r = s.a[j];
                    recur_back(2 * n + j, dn * r, s.h, before);
                    const Sized dr = sigmoid_slope(r) * (dn.value * s.u[2 * n + j]);
                    input_back(j, dr, position);
                    recur_back(j, dr, s.h, before);
                } else {
                    std::vector<double> rh(n);
                    for (std::size_t k = 0; k < n; ++k) rh[k] = s.a[k] * s.h[k];
                    recur_back(2 * n + j, dn, rh, d_rh);
                }
            }
        }
        for (std::size_t j = 0; cell == CellKind::gru_reset_before && j < n; ++j) {
            const double r = s.a[j];
            before[j] += d_rh[j] * r;
            const Sized dr = sigmoid_slope(r) * (d_rh[j] * s.h[j]);
            input_back(j, dr, position);
            recur_back(j, dr, s.h, before);
        }
        dh = before;
    }

    void run_row(std::size_t row, const std::vector<double>& d_last, const std::vector<double>& d_sequence) {
        std::vector<Step> done;
        std::vector<double> h(hidden, 0), c(hidden, 0);
        for (std::size_t t = 0; t < steps; ++t) {
            const std::size_t position = row * steps + time(t);
            done.push_back(forward_step(&x[position * input], h, c));
            h = done.back().h_next;
            c = done.back().c_next;
            for (std::size_t j = 0; j < hidden; ++j) sequence[position * hidden + j] = h[j];
        }
        for (std::size_t j = 0; j < hidden; ++j) last[row * hidden + j] = h[j];
        std::vector<double> dh(hidden, 0), dc(hidden, 0);
        for (std::size_t j = 0; !d_last.empty() && j < hidden; ++j) dh[j] = d_last[row * hidden + j];
        for (std::size_t t = steps; t-- > 0;) {
            const std::size_t position = row * steps + time(t);
            for (std::size_t j = 0; !d_sequence.empty() && j < hidden; ++j) dh[j] += d_sequence[position * hidden + j];
            back_step(done[t], position, dh, dc);
        }
    }
};

}  // namespace cellwise::engine
