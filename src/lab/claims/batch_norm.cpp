#include <fmt/format.h>

#include "lab/claims/paired_values.h"
#include "lab/claims/registry.h"
#include "lab/claims/regularised_training.h"

namespace cellwise::lab {
namespace {

struct Pair {
    std::vector<TrainingOutcome> plain, normalised;
};

Pair train_pair(Laboratory& lab, std::span<const std::uint64_t> seeds) {
    return {lab.train_each(seeds, [&](std::uint64_t seed) { return regularised_training(lab, seed, false, false); }),
            lab.train_each(seeds, [&](std::uint64_t seed) { return regularised_training(lab, seed, false, true); })};
}

Claim batch_norm_claim(const std::string& name, const std::string& statement, const std::string& estimand,
                       const std::string& unit) {
    Claim claim;
    claim.name = "batch-norm-" + name;
    claim.statement = statement;
    claim.estimand = estimand;
    claim.unit = unit;
    claim.rule = Rule::above(0);
    claim.seeds = 8;
    claim.set_up = [](const Sizes& sizes) {
        return fmt::format(
            "{} With batch normalisation (Keras's momentum 0.99 and ε 0.001) between the last hidden state and the "
            "dense layer, and without.",
            regularised_training_text(sizes));
    };
    return claim;
}

// plain − normalised of a figure that batch normalisation should lower.
Measurement lowered(const Pair& pair, double TrainingOutcome::*field, const std::string& what) {
    const auto plain = values_of(pair.plain, field), normalised = values_of(pair.normalised, field);
    return {minus(plain, normalised), {{what + " without", plain}, {what + " with batch norm", normalised}}, {}};
}

Claim speeds() {
    auto claim =
        batch_norm_claim("speeds-training", "Batch normalisation speeds up training.",
                         "mean training loss over the first epoch, without minus with batch normalisation", "loss");
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return lowered(train_pair(lab, seeds), &TrainingOutcome::first_epoch_loss, "loss in epoch 1");
    };
    return claim;
}

Claim steadies() {
    auto claim = batch_norm_claim("steadies-training", "Batch normalisation makes training steadier.",
                                  "setbacks: the sum of the rises of the training loss, averaged over 10 steps at a "
                                  "time, without minus with batch normalisation",
                                  "loss");
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return lowered(train_pair(lab, seeds), &TrainingOutcome::loss_rises, "setbacks");
    };
    return claim;
}

Claim reduces_overfitting() {
    auto claim = batch_norm_claim("reduces-overfitting", "Batch normalisation reduces overfitting.",
                                  "training minus test accuracy: the gap without minus the gap with batch "
                                  "normalisation",
                                  "accuracy");
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) -> Measurement {
        const auto pair = train_pair(lab, seeds);
        const auto plain = accuracy_gaps(pair.plain), normalised = accuracy_gaps(pair.normalised);
        return {minus(plain, normalised),
                {{"gap without", plain},
                 {"gap with batch norm", normalised},
                 {"test accuracy without", values_of(pair.plain, &TrainingOutcome::test_accuracy)},
                 {"test accuracy with batch norm", values_of(pair.normalised, &TrainingOutcome::test_accuracy)},
                 {"test loss without", values_of(pair.plain, &TrainingOutcome::test_loss)},
                 {"test loss with batch norm", values_of(pair.normalised, &TrainingOutcome::test_loss)}},
                {}};
    };
    return claim;
}

}  // namespace

std::vector<Claim> batch_norm_claims() { return {speeds(), steadies(), reduces_overfitting()}; }

}  // namespace cellwise::lab
