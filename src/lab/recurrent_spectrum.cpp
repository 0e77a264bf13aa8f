#include "lab/recurrent_spectrum.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <functional>

#include "core/error.h"
#include "lab/torch_tensors.h"

namespace cellwise::lab {
namespace {

std::vector<std::string_view> gate_names(Cell cell) {
    switch (cell) {
        case Cell::simple_rnn:
            return {"recurrent"};
        case Cell::lstm:
            return {"input_gate", "forget_gate", "candidate", "output_gate"};
        case Cell::gru:
            return {"reset_gate", "update_gate", "candidate"};
    }
    throw InternalError("gate_names: no such cell");
}

std::vector<torch::Tensor> gate_matrices(const models::Classifier& model, std::size_t layer, int direction) {
    const auto weight = model->recurrent.at(layer)->weights(direction).recurrent;
    return weight.split(weight.size(1), 0);
}

std::vector<double> magnitudes_of(const torch::Tensor& matrix) {
    const auto wide = matrix.detach().to(torch::kCPU, torch::kFloat64);
    if (!wide.isfinite().all().item<bool>()) throw DataError("a recurrent weight is not a finite number");
    auto magnitudes = values_of<double>(torch::linalg_eigvals(wide).abs());
    std::ranges::sort(magnitudes, std::greater());
    return magnitudes;
}

}  // namespace

std::vector<GateSpectrum> recurrent_spectrum(const models::Classifier& model, std::size_t layer, int direction) {
    const auto names = gate_names(model->options().recurrent_layers().at(layer).cell);
    const auto matrices = gate_matrices(model, layer, direction);
    std::vector<GateSpectrum> spectra;
    for (std::size_t gate = 0; gate < matrices.size(); ++gate) {
        const auto wide = matrices[gate].detach().to(torch::kCPU, torch::kFloat64);
        spectra.push_back({names.at(gate), magnitudes_of(wide), torch::linalg_matrix_norm(wide, 2).item<double>()});
    }
    return spectra;
}

void scale_spectral_radius(models::Classifier& model, double radius) {
    const torch::NoGradGuard no_grad;
    for (std::size_t layer = 0; layer < model->recurrent.size(); ++layer) {
        for (int direction = 0; direction < model->recurrent[layer]->directions(); ++direction) {
            for (auto& matrix : gate_matrices(model, layer, direction)) {
                const double before = magnitudes_of(matrix).front();
                if (before == 0) {
                    throw UsageError(
                        fmt::format("--spectral-radius: a recurrent matrix of layer {} has no eigenvalue "
                                    "but 0, so that no factor gives it another radius",
                                    layer + 1));
                }
                matrix.mul_(radius / before);
            }
        }
    }
}

}  // namespace cellwise::lab
