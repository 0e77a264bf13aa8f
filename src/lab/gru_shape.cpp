#include "lab/gru_shape.h"

#include <torch/torch.h>

#include <array>
#include <cmath>

#include "core/random.h"
#include "lab/difference_bounds.h"
#include "lab/gru_step.h"
#include "lab/torch_tensors.h"

namespace cellwise::lab {
namespace {

constexpr std::int64_t batch = 5, steps = 3, inputs = 10, units = 20;

/// The rows of torch's fused weights that belong to gate `index` of r, z, n.
template <class Real>
GateWeights<Real> gate_of(const torch::nn::GRU& gru, std::int64_t index) {
    const auto part = [&](const std::string& name) {
        return values_of<Real>(gru->named_parameters()[name].narrow(0, index * units, units));
    };
    GateWeights<Real> gate{Matrix<Real>(units, inputs), Matrix<Real>(units, units), part("bias_ih_l0")};
    gate.input_weight.values = part("weight_ih_l0");
    gate.recurrent_weight.values = part("weight_hh_l0");
    return gate;
}

}  // namespace

template <class Real>
GruShapeRun run_gru_shape_example(std::uint64_t seed) {
    const torch::NoGradGuard no_grad;
    Random random(seed, "gru shape example");
    torch::nn::GRU gru(torch::nn::GRUOptions(inputs, units).num_layers(1).batch_first(true));
    gru->to(torch::CppTypeToScalarType<Real>::value);
    const double range = 1 / std::sqrt(static_cast<double>(units));
    for (auto& parameter : gru->parameters()) {
        for (Real& value :
             std::span(parameter.template data_ptr<Real>(), static_cast<std::size_t>(parameter.numel()))) {
            value = static_cast<Real>(random.uniform(-range, range));
        }
    }
    // The candidate keeps its recurrent bias apart, inside r∘(Un·h + dn); those of r and z simply add.
    GruWeights<Real> weights{gate_of<Real>(gru, 0), gate_of<Real>(gru, 1), gate_of<Real>(gru, 2), {}};
    const auto recurrent_bias = values_of<Real>(gru->named_parameters()["bias_hh_l0"]);
    for (std::size_t j = 0; j < units; ++j) {
        weights.reset_gate.bias[j] += recurrent_bias[j];
        weights.update_gate.bias[j] += recurrent_bias[units + j];
        weights.candidate_recurrent_bias.push_back(recurrent_bias[2 * units + j]);
    }

    const auto x = normal_tensor<Real>({batch, steps, inputs}, random);
    const auto h0 = normal_tensor<Real>({1, batch, units}, random);
    const auto [output, final_state] = gru(x, h0);

    GruShapeRun run{precision_name<Real>, x.sizes().vec(),           h0.sizes().vec(),
                    output.sizes().vec(), final_state.sizes().vec(), {}};
    for (std::int64_t b = 0; b < batch; ++b) {
        auto hidden_state = values_of<Real>(h0[0][b]);
        std::vector<double> bounds(units);
        for (std::int64_t t = 0; t < steps; ++t) {
            const auto input = values_of<Real>(x[b][t]);
            bounds = gru_difference_bounds<Real>(weights, GruConvention::torch, input, hidden_state, bounds);
            hidden_state = gru_step<Real>(weights, GruConvention::torch, input, hidden_state).hidden_state;
            run.comparison.add(hidden_state, values_of<Real>(output[b][t]), bounds, base_tolerance<Real>);
        }
        run.comparison.add(hidden_state, values_of<Real>(final_state[0][b]), bounds, base_tolerance<Real>);
    }
    return run;
}

template GruShapeRun run_gru_shape_example<float>(std::uint64_t);
template GruShapeRun run_gru_shape_example<double>(std::uint64_t);

}  // namespace cellwise::lab
