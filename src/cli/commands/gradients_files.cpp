#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/commands/gradients.h"
#include "report/charts/line_chart.h"

namespace cellwise::cli {
namespace {

using Json = nlohmann::ordered_json;

/// JSON has no infinity and no NaN: null stands for them.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
template <class Value>
Json optional(const std::optional<Value>& value) {
    return value ? Json(*value) : Json(nullptr);
}
Json numbers(const std::vector<double>& values) {
    Json list = Json::array();
    for (const double value : values) list.push_back(number(value));
    return list;
}

const char* state_name(const MeasuredState& state) { return state.is_cell_state ? "cell_state" : "hidden_state"; }
const char* direction_name(bool reverse) { return reverse ? "backward" : "forward"; }

std::size_t back_of(const MeasuredState& state, std::size_t t) {
    return state.reverse ? t : state.steps.size() - 1 - t;
}

Json state_json(const GradientsReport& report, const MeasuredState& state) {
    Json steps = Json::array();
    for (std::size_t t = 0; t < state.steps.size(); ++t) {
        const auto& step = state.steps[t];
        steps.push_back({{"step", t + 1},
                         {"steps_back", back_of(state, t)},
                         {"padding_reviews", report.padding_rows[t]},
                         {"mean", number(step.mean)},
                         {"q05", number(step.q05)},
                         {"q25", number(step.q25)},
                         {"median", number(step.median)},
                         {"q75", number(step.q75)},
                         {"q95", number(step.q95)},
                         {"zero_reviews", step.zeros},
                         {"not_finite_reviews", step.not_finite}});
    }
    Json fit = nullptr;
    if (state.fit) {
        fit = {{"factor", number(state.fit->factor())},
               {"factor_standard_error", optional(state.fit->factor_error())},
               {"log_slope", state.fit->line.slope},
               {"log_slope_standard_error", optional(state.fit->line.standard_error)},
               {"r_squared", optional(state.fit->line.r_squared)},
               {"steps", state.fit->line.points}};
    }
    Json horizons = Json::array();
    for (const auto& horizon : state.review_horizons) horizons.push_back(optional(horizon));
    return {{"cell", cell_name(state.cell)},
            {"layer", state.layer + 1},
            {"direction", direction_name(state.reverse)},
            {"state", state_name(state)},
            {"fit", fit},
            {"own_words_factors", numbers(state.review_factors)},
            {"memory_horizon",
             {{"share_left", lab::forgotten_share},
              {"median", optional(state.horizon.median)},
              {"q25", optional(state.horizon.q25)},
              {"q75", optional(state.horizon.q75)},
              {"beyond_the_sequence", state.horizon.beyond},
              {"undefined", state.horizon.undefined},
              {"reviews", horizons}}},
            {"steps", steps}};
}

Json clipped_json(const std::optional<lab::ClippedGradient>& clipped, double limit,
                  const std::vector<std::string>& variables) {
    if (!clipped) return nullptr;
    Json norms;
    for (std::size_t i = 0; i < variables.size(); ++i) norms[variables[i]] = number(clipped->norms[i]);
    return {{"limit", limit},
            {"norm", number(clipped->norm)},
            {"cosine", number(clipped->cosine)},
            {"variables_shortened", clipped->clipped},
            {"norms", norms}};
}

Json clipping_json(const GradientsReport& report, const lab::ClippingEffect& effect) {
    Json norms;
    for (std::size_t i = 0; i < effect.variables.size(); ++i) norms[effect.variables[i]] = number(effect.norms[i]);
    return {{"loss", number(effect.loss)},
            {"norm", number(effect.norm)},
            {"norms", norms},
            {"clip_norm", clipped_json(effect.per_variable, report.clip_norm, effect.variables)},
            {"global_clip_norm", clipped_json(effect.over_all, report.global_clip_norm, effect.variables)}};
}

}  // namespace

Json gradients_json(const GradientsReport& report) {
    Json models = Json::array();
    for (const auto& model : report.models) {
        Json states = Json::array(), spectra = Json::array();
        for (const auto& state : model.states) states.push_back(state_json(report, state));
        for (const auto& spectrum : model.spectra) {
            for (const auto& gate : spectrum.gates) {
                spectra.push_back({{"layer", spectrum.layer + 1},
                                   {"direction", direction_name(spectrum.reverse)},
                                   {"gate", gate.gate},
                                   {"spectral_radius", gate.spectral_radius()},
                                   {"largest_singular_value", gate.largest_singular_value},
                                   {"eigenvalue_magnitudes", gate.eigenvalue_magnitudes}});
            }
        }
        models.push_back({{"cell", cell_name(model.cell)},
                          {"loss", number(model.loss)},
                          {"states", states},
                          {"spectra", spectra},
                          {"training_step", clipping_json(report, *model.clipping)}});
    }
    return {{"data", report.data_kind},
            {"reviews", report.rows},
            {"length", report.length},
            {"model", report.model_path.empty() ? Json(nullptr) : Json(report.model_path)},
            {"seed", report.model_path.empty() ? Json(report.seed) : Json(nullptr)},
            {"precision", report.precision},
            {"spectral_radius", optional(report.spectral_radius)},
            {"models", models}};
}

std::string gradients_csv(const GradientsReport& report) {
    std::string csv =
        "cell,layer,direction,state,step,steps_back,padding_reviews,mean,q05,q25,median,q75,q95,zero_reviews,"
        "not_finite_reviews\n";
    for (const auto& model : report.models) {
        for (const auto& state : model.states) {
            for (std::size_t t = 0; t < state.steps.size(); ++t) {
                const auto& step = state.steps[t];
                csv += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", cell_name(state.cell),
                                   state.layer + 1, direction_name(state.reverse), state_name(state), t + 1,
                                   back_of(state, t), report.padding_rows[t], step.mean, step.q05, step.q25,
                                   step.median, step.q75, step.q95, step.zeros, step.not_finite);
            }
        }
    }
    return csv;
}

std::string gradients_svg(const GradientsReport& report) {
    report::LineChart chart;
    chart.title = "How strongly the loss depends on each step's state";
    chart.x_label = "time step t (a review ends at the right)";
    chart.y_label = "norm of ∂L/∂h_t, ∂L/∂c_t";
    chart.log_y = true;
    std::size_t count = 0;
    for (const auto& model : report.models) count += model.states.size();
    const bool one_layer_each =
        std::ranges::all_of(report.models, [](const auto& model) { return model.spectra.size() == 1; });
    std::vector<std::string> broken;
    for (const auto& model : report.models) {
        for (const auto& state : model.states) {
            report::ChartSeries series;
            series.name = state.name;
            if (one_layer_each) series.colour = static_cast<int>(state.cell);
            series.dashed = state.is_cell_state;
            std::size_t lost = 0;
            for (std::size_t t = 0; t < state.steps.size(); ++t) {
                const auto& step = state.steps[t];
                series.x.push_back(static_cast<double>(t + 1));
                series.y.push_back(step.median);
                series.low.push_back(step.q05);
                series.high.push_back(step.q95);
                lost += step.not_finite > 0 || step.zeros > 0;
            }
            if (lost > 0) broken.push_back(fmt::format("{} at {} steps", state.name, lost));
            chart.series.push_back(std::move(series));
        }
    }
    const auto& padding = report.padding_rows;
    const auto padded = std::ranges::count_if(padding, [&](std::size_t rows) { return 2 * rows > report.rows; });
    if (padded > 0) chart.shades.push_back({1, static_cast<double>(padded) + 0.5, "padding in most reviews"});
    chart.notes.push_back(
        "Lines: median over the reviews; bands: 5% to 95%. " + report.data_line + ", " +
        (report.model_path.empty() ? fmt::format("untrained, seed {}", report.seed) : "trained: " + report.model_path) +
        ", " + report.precision +
        (report.spectral_radius ? fmt::format(", spectral radius {}", *report.spectral_radius) : ""));
    if (!broken.empty()) {
        chart.notes.push_back(fmt::format("Beyond {}'s range (0, infinite or not a number) in some reviews: {}",
                                          report.precision, fmt::join(broken, ", ")));
    }
    return line_chart_svg(chart);
}

}  // namespace cellwise::cli
