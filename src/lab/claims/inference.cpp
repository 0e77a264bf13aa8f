#include <fmt/format.h>

#include "lab/claims/inference_effects.h"
#include "lab/claims/paired_values.h"
#include "lab/claims/registry.h"

namespace cellwise::lab {
namespace {

constexpr std::int64_t reviews_used = 2000;

TrainingSpec spec_of(const Laboratory& lab, std::uint64_t seed) {
    auto spec = lab.tutorial(Cell::lstm, seed);
    spec.reviews.train = spec.reviews.test = lab.sizes().reviews(reviews_used);
    return spec;
}

std::string training_text(const Sizes& sizes) {
    return fmt::format("{}; {} words, Adam, batch 64, 3 epochs on {}.", model_text("LSTM", sizes), sizes.length,
                       reviews_text(sizes, reviews_used, reviews_used));
}

// Runs effect_of(seed's spec, train, test) for every seed side by side.
template <class Effect, class Function>
std::vector<Effect> effects(Laboratory& lab, std::span<const std::uint64_t> seeds, Function effect_of) {
    const auto choice = spec_of(lab, 0).reviews;
    const auto& train = lab.padded(choice, false);
    const auto& test = lab.padded(choice, true);
    std::vector<Effect> all(seeds.size());
    lab.side_by_side(seeds.size(), [&](std::size_t i) { all[i] = effect_of(spec_of(lab, seeds[i]), train, test); });
    return all;
}

Claim decay_claim() {
    Claim claim;
    claim.name = "weight-decay-idle-at-inference";
    claim.statement = "L2 regularisation (weight decay) acts in training only and has no effect at inference.";
    claim.estimand =
        "largest difference between test probabilities of one model with weight decay 0.01 and l2 0.01, "
        "and without";
    claim.unit = "probability";
    claim.rule = Rule::exactly(0);
    claim.scale = Scale::exact;
    claim.seeds = 3;
    claim.set_up = [](const Sizes& sizes) {
        return training_text(sizes) +
               " The trained weights, once under an optimizer with weight decay and an L2 penalty and once without, "
               "predict the test reviews. No chance in it: an exact comparison for each seed.";
    };
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        Measurement measurement;
        Detail moved{"largest change of a weight by one training step's decay and penalty", {}};
        for (const auto& effect : effects<DecayEffect>(lab, seeds, weight_decay_effect)) {
            measurement.values.push_back(effect.inference);
            moved.values.push_back(effect.decay_moved);
        }
        measurement.details = {moved};
        return measurement;
    };
    return claim;
}

Claim norm_claim() {
    Claim claim;
    claim.name = "batch-norm-acts-at-inference";
    claim.statement = "Batch normalisation acts at inference too, with its running statistics.";
    claim.estimand = "mean difference between test probabilities with the trained normalisation and with it left out";
    claim.unit = "probability";
    claim.rule = Rule::above(0);
    claim.scale = Scale::exact;
    claim.seeds = 3;
    claim.set_up = [](const Sizes& sizes) {
        return training_text(sizes) +
               " Trained with batch normalisation; the same weights then predict with it and without it. No chance in "
               "the comparison: exact for each seed.";
    };
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        Measurement measurement;
        Detail largest{"largest difference", {}}, batch{"mean difference, running against batch statistics", {}};
        for (const auto& effect : effects<NormEffect>(lab, seeds, batch_norm_effect)) {
            measurement.values.push_back(effect.mean);
            largest.values.push_back(effect.largest);
            batch.values.push_back(effect.running_batch);
        }
        measurement.details = {largest, batch};
        return measurement;
    };
    return claim;
}

}  // namespace

std::vector<Claim> inference_claims() { return {decay_claim(), norm_claim()}; }

}  // namespace cellwise::lab
