#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/commands/gradients.h"
#include "report/text/table.h"
#include "statistics/summary.h"

namespace cellwise::cli {
namespace {

using Align = report::Table::Align;

/// 0, 1, 2, 5, 10, 20, 50 … steps back and the farthest; or every so-many-th.
std::vector<std::size_t> shown_steps_back(std::size_t length, std::size_t every) {
    std::vector<std::size_t> shown;
    if (every > 0) {
        for (std::size_t back = 0; back < length; back += every) shown.push_back(back);
    } else {
        shown.push_back(0);
        for (std::size_t power = 1; power < length; power *= 10) {
            for (const std::size_t factor : {1U, 2U, 5U}) {
                if (factor * power < length) shown.push_back(factor * power);
            }
        }
    }
    if (shown.back() != length - 1) shown.push_back(length - 1);
    return shown;
}

std::string norm_text(double norm) { return norm == 0 ? "0" : std::isnan(norm) ? "nan" : fmt::format("{:.2e}", norm); }

std::string steps_text(const GradientsReport& report, const MeasuredState& state, std::size_t every) {
    const bool has_padding = report.padding_rows.front() > 0;
    const auto any = [&](auto member) {
        return std::ranges::any_of(state.steps, [&](const auto& step) { return step.*member > 0; });
    };
    const bool has_zeros = any(&lab::StepSummary::zeros), has_broken = any(&lab::StepSummary::not_finite);
    std::vector<report::Table::Column> columns{{"steps back"}, {"step"}};
    if (has_padding) columns.push_back({"padding"});
    for (const char* title : {"mean", "5%", "25%", "median", "75%", "95%"}) columns.push_back({title});
    if (has_zeros) columns.push_back({"exactly 0"});
    if (has_broken) columns.push_back({"not finite"});
    report::Table table(columns);
    for (const std::size_t back : shown_steps_back(report.length, every)) {
        const auto t = state.reverse ? back : report.length - 1 - back;
        const auto& step = state.steps[t];
        std::vector<std::string> cells{fmt::format("{}", back), fmt::format("{}", t + 1)};
        if (has_padding) cells.push_back(fmt::format("{}/{}", report.padding_rows[t], report.rows));
        for (const double norm : {step.mean, step.q05, step.q25, step.median, step.q75, step.q95}) {
            cells.push_back(norm_text(norm));
        }
        if (has_zeros) cells.push_back(fmt::format("{}/{}", step.zeros, report.rows));
        if (has_broken) cells.push_back(fmt::format("{}/{}", step.not_finite, report.rows));
        table.add_row(std::move(cells));
    }
    return fmt::format("{}: ‖∂L/∂{}_t‖ over the reviews\n{}\n", state.name, state.is_cell_state ? 'c' : 'h',
                       table.text());
}

std::string factor_text(const MeasuredState& state) {
    if (!state.fit) return "no fit";
    const auto error = state.fit->factor_error();
    return error ? fmt::format("{:.4f} ± {:.4f}", state.fit->factor(), *error)
                 : fmt::format("{:.4f}", state.fit->factor());
}

std::string words_text(const MeasuredState& state) {
    if (state.review_factors.size() < 2) return "-";
    return fmt::format("{:.4f} ± {:.4f}", statistics::mean(state.review_factors),
                       *statistics::standard_deviation(state.review_factors));
}

std::string horizon_text(const lab::HorizonSummary& horizon) {
    if (horizon.undefined == horizon.rows) return "undefined";
    if (horizon.beyond + horizon.undefined == horizon.rows) return "beyond the sequence";
    const auto text = [](const std::optional<double>& value) {
        return value ? fmt::format("{:g}", *value) : std::string("beyond");
    };
    return fmt::format("{} ({} … {})", text(horizon.median), text(horizon.q25), text(horizon.q75));
}

std::string summary_text(const GradientsReport& report) {
    report::Table table({{"state", Align::left},
                         {"factor a step back"},
                         {"R²"},
                         {"steps"},
                         {"own words alone"},
                         {"1% left after", Align::left},
                         {"beyond"}});
    for (const auto& model : report.models) {
        for (const auto& state : model.states) {
            const auto& fit = state.fit;
            table.add_row({state.name, factor_text(state),
                           fit && fit->line.r_squared ? fmt::format("{:.3f}", *fit->line.r_squared) : "-",
                           fit ? fmt::format("{}", fit->line.points) : "0", words_text(state),
                           horizon_text(state.horizon),
                           fmt::format("{}/{}", state.horizon.beyond, state.horizon.rows)});
        }
    }
    return table.text() +
           "Factor: least squares through the mean log norm, ± the slope's standard error. Own words alone: each\n"
           "review's fit over its words, without padding; mean ± standard deviation over the reviews. 1% left after:\n"
           "steps back until a review's norm is 1% of that at the last step read, median (25% … 75%).\n\n";
}

std::string spectrum_text(const GradientsReport& report) {
    report::Table table({{"recurrent matrix of", Align::left},
                         {"spectral radius"},
                         {"median |λ|"},
                         {"smallest |λ|"},
                         {"|λ| > 1"},
                         {"largest singular value"}});
    for (const auto& model : report.models) {
        for (const auto& spectrum : model.spectra) {
            for (const auto& gate : spectrum.gates) {
                const auto& magnitudes = gate.eigenvalue_magnitudes;
                std::vector<double> ascending(magnitudes.rbegin(), magnitudes.rend());
                std::string name = fmt::format("{}, {}", model.title, gate.gate);
                std::ranges::replace(name, '_', ' ');
                if (model.spectra.size() > 1) {
                    name += fmt::format(", layer {}{}", spectrum.layer + 1, spectrum.reverse ? ", backward" : "");
                }
                // Rounding leaves an orthogonal matrix's eigenvalues a little off the unit circle.
                const auto above = std::ranges::count_if(magnitudes, [](double value) { return value > 1 + 1e-6; });
                table.add_row({name, fmt::format("{:.4f}", gate.spectral_radius()),
                               fmt::format("{:.4f}", statistics::quantile(ascending, 0.5)),
                               fmt::format("{:.4f}", ascending.front()), fmt::format("{}/{}", above, magnitudes.size()),
                               fmt::format("{:.4f}", gate.largest_singular_value)});
            }
        }
    }
    return table.text() + "\n";
}

std::string clipping_text(const GradientsReport& report, const MeasuredModel& model) {
    const auto& effect = *model.clipping;
    std::vector<report::Table::Column> columns{{"gradient of", Align::left}, {"norm"}};
    if (effect.per_variable) columns.push_back({fmt::format("--clip-norm {:g}", report.clip_norm)});
    if (effect.over_all) columns.push_back({fmt::format("--global-clip-norm {:g}", report.global_clip_norm)});
    report::Table table(columns);
    const auto add = [&](const std::string& name, const std::string& norm, auto text_of) {
        std::vector<std::string> cells{name, norm};
        for (const auto* clipped : {&effect.per_variable, &effect.over_all}) {
            if (*clipped) cells.push_back(text_of(**clipped));
        }
        table.add_row(std::move(cells));
    };
    for (std::size_t i = 0; i < effect.variables.size(); ++i) {
        add(effect.variables[i], norm_text(effect.norms[i]),
            [&](const auto& clipped) { return norm_text(clipped.norms[i]); });
    }
    add("all together", norm_text(effect.norm), [](const auto& clipped) { return norm_text(clipped.norm); });
    add("cosine with the unclipped", "",
        [](const auto& clipped) { return std::isnan(clipped.cosine) ? "nan" : fmt::format("{:.6f}", clipped.cosine); });
    add("variables shortened", "", [](const auto& clipped) { return fmt::format("{}", clipped.clipped); });
    const std::string broken =
        std::isfinite(effect.norm)
            ? ""
            : "The gradient is not a finite number: a step by it would break the weights, and no "
              "clipping mends it.\n";
    return fmt::format("{}: the gradient of one training step, mean loss {:.4f}\n{}{}\n", model.title, effect.loss,
                       table.text(), broken);
}

std::string padding_text(const GradientsReport& report) {
    const auto& rows = report.padding_rows;
    if (rows.front() == 0) return "No step is padding.\n";
    const auto full = std::ranges::find(rows, std::size_t{0}) - rows.begin();
    const auto half =
        std::ranges::find_if(rows, [&](std::size_t count) { return 2 * count <= report.rows; }) - rows.begin();
    return fmt::format(
        "Padding stands at the front: {} of {} reviews begin with it. From step {} on at least half of them have\n"
        "words, {}.\n",
        rows.front(), report.rows, half + 1,
        full < static_cast<std::ptrdiff_t>(rows.size()) ? fmt::format("from step {} on all", full + 1)
                                                        : std::string("and nowhere all"));
}

}  // namespace

std::string gradients_text(const GradientsReport& report, std::size_t every) {
    std::string text = fmt::format(
        "Gradients through time: {}, {} steps, {}, {}\n", report.data_line, report.length,
        report.model_path.empty() ? fmt::format("untrained models from seed {}", report.seed) : report.model_path,
        report.precision);
    if (report.spectral_radius) {
        text += fmt::format("Every recurrent matrix is scaled to the spectral radius {}.\n", *report.spectral_radius);
    }
    text += "L is one review's cross-entropy; batch norm as at inference, no dropout.\n" + padding_text(report) + "\n";
    for (const auto& model : report.models) {
        for (const auto& state : model.states) text += steps_text(report, state, every);
    }
    text += summary_text(report) + spectrum_text(report);
    for (const auto& model : report.models) {
        if (model.clipping->per_variable || model.clipping->over_all) {
            text += clipping_text(report, model);
        } else {
            text += fmt::format("{}: the gradient of one training step has the norm {} (mean loss {:.4f})\n",
                                model.title, norm_text(model.clipping->norm), model.clipping->loss);
        }
    }
    return text;
}

}  // namespace cellwise::cli
