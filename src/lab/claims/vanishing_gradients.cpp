#include <fmt/format.h>

#include "lab/claims/gradient_share.h"
#include "lab/claims/paired_values.h"
#include "lab/claims/registry.h"

namespace cellwise::lab {
namespace {

constexpr std::int64_t reviews_used = 64;
// log10: a hundredth of the gradient, or less, counts as vanished.
constexpr double vanished = -2;

std::int64_t steps_back(const Sizes& sizes) { return sizes.pick(100, 20); }

Measurement measure(Cell cell, bool trained, Laboratory& lab, std::span<const std::uint64_t> seeds) {
    const auto spec_of = [&](std::uint64_t seed) {
        auto spec = lab.tutorial(cell, seed);
        spec.keep_model = true;
        return spec;
    };
    Measurement measurement;
    std::vector<TrainingOutcome> outcomes;
    if (trained) {
        outcomes = lab.train_each(seeds, spec_of);
        for (const auto& outcome : outcomes) {
            if (outcome.diverged) measurement.unfit = "a training diverged, so there is no trained model to look into";
        }
    }
    const auto& batch = lab.padded({0, reviews_used, true, lab.sizes().length}, true);
    std::vector<GradientShare> shares(seeds.size());
    lab.side_by_side(seeds.size(), [&](std::size_t i) {
        const bool has_file = trained && !outcomes[i].model_file.empty();
        const auto file = has_file ? lab.folder() / "trainings" / outcomes[i].model_file : std::filesystem::path();
        shares[i] = gradient_share(spec_of(seeds[i]), file, batch, static_cast<std::size_t>(steps_back(lab.sizes())));
    });
    Detail of_cell_state{"log10 of the share of ‖∂L/∂c‖ left", {}};
    for (const auto& share : shares) {
        measurement.values.push_back(share.hidden_state);
        of_cell_state.values.push_back(share.cell_state);
    }
    if (cell == Cell::lstm) measurement.details.push_back(of_cell_state);
    if (trained) {
        measurement.details.push_back({"test accuracy", values_of(outcomes, &TrainingOutcome::test_accuracy)});
    }
    return measurement;
}

Claim gradient_claim(Cell cell, const std::string& name, bool trained) {
    const bool vanish = cell == Cell::simple_rnn;
    Claim claim;
    claim.name = fmt::format("vanishing-gradients-{}-{}", name, trained ? "trained" : "untrained");
    claim.statement =
        fmt::format("The gradients of the {} {} {} through time.", trained ? "trained" : "untrained",
                    vanish ? "SimpleRNN" : std::string(cell_title(cell)), vanish ? "vanish" : "do not vanish");
    claim.estimand = "log10 of the share of ‖∂L/∂h‖ left 100 steps (quick: 20) before the end, median over 64 reviews";
    claim.unit = "log10";
    claim.rule = vanish ? Rule::below(vanished) : Rule::above(vanished);
    claim.seeds = 8;
    claim.set_up = [trained](const Sizes& sizes) {
        return fmt::format(
            "{}; {}; the last {} words of the {} longest test reviews, gradients in float64. A hundredth left counts "
            "as "
            "vanished.",
            model_text("the cell", sizes),
            trained ? fmt::format("after the tutorial's training on {}", reviews_text(sizes, 0, 0))
                    : "with Keras's initial weights",
            sizes.length, reviews_used);
    };
    claim.measure = [cell, trained](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return measure(cell, trained, lab, seeds);
    };
    return claim;
}

}  // namespace

std::vector<Claim> vanishing_gradients() {
    std::vector<Claim> claims;
    for (const bool trained : {false, true}) {
        claims.push_back(gradient_claim(Cell::simple_rnn, "rnn", trained));
        claims.push_back(gradient_claim(Cell::lstm, "lstm", trained));
        claims.push_back(gradient_claim(Cell::gru, "gru", trained));
    }
    return claims;
}

}  // namespace cellwise::lab
