#include <fmt/format.h>

#include <vector>

#include "core/log.h"
#include "lab/claims/normalised_layer.h"
#include "lab/claims/paired_values.h"
#include "lab/claims/regularised_training.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {
namespace {

constexpr std::int64_t reviews_used = 5000;
constexpr std::int64_t epochs = 6;
constexpr double accuracy_margin = 0.01;

struct Outcomes {
    std::vector<double> accuracy, first_loss;
};

Outcomes train(Laboratory& lab, std::span<const std::uint64_t> seeds, NormPosition position) {
    const auto& sizes = lab.sizes();
    const ReviewChoice choice{sizes.reviews(reviews_used), sizes.reviews(reviews_used), false, sizes.length};
    const auto& train_reviews = lab.padded(choice, false);
    const auto& test_reviews = lab.padded(choice, true);
    Outcomes outcomes{std::vector<double>(seeds.size()), std::vector<double>(seeds.size())};
    lab.side_by_side(seeds.size(), [&](std::size_t i) {
        NormalisedLayerSpec spec{position, sizes.vocabulary_size, sizes.embedding_size, sizes.hidden_size, epochs, 64,
                                 seeds[i]};
        const auto outcome = train_normalised_layer(spec, train_reviews, test_reviews);
        outcomes.accuracy[i] = outcome.test_accuracy;
        outcomes.first_loss[i] = outcome.first_epoch_loss;
    });
    return outcomes;
}

Measurement measure(Laboratory& lab, std::span<const std::uint64_t> seeds) {
    const auto before = train(lab, seeds, NormPosition::before_activation);
    log::notice("hidden layers with batch normalisation before the activation are trained");
    const auto after = train(lab, seeds, NormPosition::after_activation);
    log::notice("those with it after the activation too");
    const auto none = train(lab, seeds, NormPosition::none);
    return {minus(before.accuracy, after.accuracy),
            {{"before: test accuracy", before.accuracy},
             {"after: test accuracy", after.accuracy},
             {"none: test accuracy", none.accuracy},
             {"before: loss in epoch 1", before.first_loss},
             {"after: loss in epoch 1", after.first_loss},
             {"none: loss in epoch 1", none.first_loss}},
            {}};
}

Claim batch_norm_speeds_training() {
    Claim claim;
    claim.name = "batch-norm-speeds-training";
    claim.statement = "Batch normalisation speeds up training.";
    claim.estimand = "mean training loss over the first epoch, without minus with batch normalisation";
    claim.unit = "loss";
    claim.rule = Rule::above(0);
    claim.set_up = batch_norm_text;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return lowered_by({.batch_norm = true}, "batch norm", &TrainingOutcome::first_epoch_loss, "loss in epoch 1",
                          lab, seeds);
    };
    return claim;
}

Claim batch_norm_steadies_training() {
    Claim claim;
    claim.name = "batch-norm-steadies-training";
    claim.statement = "Batch normalisation makes training steadier.";
    claim.estimand =
        "setbacks: the sum of the rises of the training loss, averaged over 10 steps at a time, without minus with "
        "batch normalisation";
    claim.unit = "loss";
    claim.rule = Rule::above(0);
    claim.set_up = batch_norm_text;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return lowered_by({.batch_norm = true}, "batch norm", &TrainingOutcome::loss_rises, "setbacks", lab, seeds);
    };
    return claim;
}

Claim batch_norm_reduces_overfitting() {
    Claim claim;
    claim.name = "batch-norm-reduces-overfitting";
    claim.statement = "Batch normalisation reduces overfitting.";
    claim.estimand = "training minus test accuracy: the gap without minus the gap with batch normalisation";
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.set_up = batch_norm_text;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return gap_narrowed_by({.batch_norm = true}, "batch norm", lab, seeds);
    };
    return claim;
}

Claim batch_norm_before_or_after_activation() {
    Claim claim;
    claim.name = "batch-norm-before-or-after-activation";
    claim.statement = "Batch normalisation can stand before or after the activation.";
    claim.estimand =
        "test accuracy with it before the ReLU minus that with it after; less than 0.01 apart counts as equal";
    claim.unit = "accuracy";
    claim.rule = Rule::within(-accuracy_margin, accuracy_margin);
    claim.set_up = [](const Sizes& sizes) {
        return fmt::format(
            "Mean of word vectors ({}, {}), Dense({}), ReLU, Dense(1), as a recurrent cell's activation leaves no room "
            "before it; {} words, Adam, batch 64, {} epochs on {}.",
            sizes.vocabulary_size, sizes.embedding_size, sizes.hidden_size, sizes.length, epochs,
            reviews_text(sizes, reviews_used, reviews_used));
    };
    claim.measure = measure;
    return claim;
}

}  // namespace

std::vector<Claim> batch_norm_claims() {
    return {batch_norm_speeds_training(), batch_norm_steadies_training(), batch_norm_reduces_overfitting(),
            batch_norm_before_or_after_activation()};
}

}  // namespace cellwise::lab
