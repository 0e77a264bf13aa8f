#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/cell.h"
#include "lab/gradient_clipping.h"
#include "lab/gradient_decay.h"
#include "lab/gradient_flow.h"
#include "lab/recurrent_spectrum.h"

namespace cellwise::cli {

/// The gradients of one kind of state, measured and summed up.
struct MeasuredState {
    Cell cell = Cell::lstm;  ///< of the layer
    std::size_t layer = 0;   ///< from 0
    bool reverse = false;
    bool is_cell_state = false;  ///< ∂L/∂c_t, else ∂L/∂h_t
    std::string name;            ///< "LSTM c", with layer and direction where there are several
    std::vector<lab::StepSummary> steps;
    std::optional<lab::DecayFit> fit;    ///< all steps, geometric mean over the reviews
    std::vector<double> review_factors;  ///< each review's own words alone: the factor per step back
    lab::HorizonSummary horizon;
    std::vector<std::optional<std::size_t>> review_horizons;
};

/// One model's measurements.
struct MeasuredModel {
    Cell cell = Cell::lstm;  ///< of the last layer
    std::string title;
    double loss = 0;  ///< mean over the reviews
    std::vector<MeasuredState> states;
    struct Spectrum {
        std::size_t layer = 0;
        bool reverse = false;
        std::vector<lab::GateSpectrum> gates;
    };
    std::vector<Spectrum> spectra;
    std::optional<lab::ClippingEffect> clipping;
};

/// All that `cellwise gradients` found, and how it was found.
struct GradientsReport {
    std::string data_kind, data_line;  ///< "imdb", "64 train reviews of …"
    std::string model_path;            ///< of a trained model; empty: untrained
    std::uint64_t seed = 0;
    std::size_t rows = 0, length = 0;
    std::string precision;
    std::optional<double> spectral_radius;
    double clip_norm = 0, global_clip_norm = 0;
    std::vector<std::size_t> padding_rows;  ///< [length]: how many rows have padding at each step
    std::vector<MeasuredModel> models;
};

/// The tables and sentences for people. `every` > 0: every so-many-th step; 0: 0, 1, 2, 5, 10 … steps back.
[[nodiscard]] std::string gradients_text(const GradientsReport& report, std::size_t every);
[[nodiscard]] nlohmann::ordered_json gradients_json(const GradientsReport& report);
/// One line a step and state.
[[nodiscard]] std::string gradients_csv(const GradientsReport& report);
/// Median and 5 to 95% of each state's norms over the time steps, on a log scale.
[[nodiscard]] std::string gradients_svg(const GradientsReport& report);

}  // namespace cellwise::cli
