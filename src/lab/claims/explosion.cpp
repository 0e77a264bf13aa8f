#include "lab/claims/explosion.h"

#include <fmt/format.h>

#include <vector>

#include "lab/claims/paired_values.h"

namespace cellwise::lab {
namespace {

constexpr double learning_rate = 0.03;
constexpr std::int64_t shortest = 20, longest = 30;  // words of a review, its cues among the last 20
constexpr std::int64_t synthetic_vocabulary = 256;   // the corpus knows some 200 words
// The kernel as it is must learn this well, or there is no training that could break.
constexpr double learnt = 0.9;

std::int64_t reviews_used(const Sizes& sizes) { return sizes.pick(2000, 1000); }
std::int64_t epochs(const Sizes& sizes) { return sizes.pick(20, 40); }

// What is trained, in a few sentences.
std::string explosion_text(double factor, const Sizes& sizes) {
    return fmt::format(
        "SimpleRNN with {} units on synthetic reviews ({} of {} to {} words, six cue words among the last {}, a new "
        "corpus for each seed), SGD with learning rate {}, batch 64, {} epochs; its orthogonal recurrent kernel (every "
        "|eigenvalue| 1) as initialised, times {:g}, and times {:g} with --clip-norm {:g}. Set-up and factors were "
        "chosen in a pilot on other seeds, 100 to 107, so that the ordinary kernel learns. An ordinary RNN below {} "
        "counts as not learnt, and clipping is judged only if the explosion is shown to cost accuracy: else undecided.",
        sizes.hidden_size, reviews_used(sizes), shortest, longest, shortest, learning_rate, epochs(sizes), factor,
        factor, clip_norm_used, learnt);
}

TrainingSpec spec_of(const Laboratory& lab, std::uint64_t seed, double factor, double clip_norm) {
    const auto& sizes = lab.sizes();
    auto spec = lab.tutorial(Cell::simple_rnn, seed);
    SyntheticChoice choice;
    choice.corpus.train_reviews = reviews_used(sizes);
    choice.corpus.test_reviews = sizes.pick(1000, 300);
    choice.corpus.min_length = shortest;
    choice.corpus.max_length = longest;
    choice.corpus.max_cue_distance = shortest - 1;
    spec.synthetic = choice;
    spec.reviews = {0, 0, false, longest + 1};  // the start token too
    spec.model.vocabulary_size = synthetic_vocabulary;
    spec.training.optimizer = learning::OptimizerKind::sgd;
    spec.training.learning_rate = learning_rate;
    spec.training.epochs = epochs(sizes);
    spec.training.clip_norm = clip_norm;
    spec.recurrent_scale = factor;
    spec.first_gradient = true;
    return spec;
}

/// The trainings of one kind; adds what is known of them to the details.
std::vector<double> accuracies(Measurement& measurement, const std::string& name, Laboratory& lab,
                               std::span<const std::uint64_t> seeds, double factor, double clip_norm) {
    const auto outcomes =
        lab.train_each(seeds, [&](std::uint64_t seed) { return spec_of(lab, seed, factor, clip_norm); });
    const auto accuracy = values_of(outcomes, &TrainingOutcome::test_accuracy);
    measurement.details.push_back({name + ": test accuracy", accuracy});
    measurement.details.push_back(
        {name + ": first gradient's norm", values_of(outcomes, &TrainingOutcome::first_gradient_norm)});
    measurement.details.push_back({name + ": share of trainings given up", diverged(outcomes)});
    return accuracy;
}

/// The ordinary kernel's; sets `unfit` if it has not learnt.
std::vector<double> ordinary_accuracies(Measurement& measurement, Laboratory& lab,
                                        std::span<const std::uint64_t> seeds) {
    auto accuracy = accuracies(measurement, "ordinary", lab, seeds, 1, 0);
    if (statistics::mean(accuracy) < learnt) {
        measurement.unfit = fmt::format("even the ordinary RNN has not learnt (mean accuracy {:.3f}, below {})",
                                        statistics::mean(accuracy), learnt);
    }
    return accuracy;
}

}  // namespace

Measurement explosion_cost(double factor, Laboratory& lab, std::span<const std::uint64_t> seeds) {
    Measurement measurement;
    const auto ordinary = ordinary_accuracies(measurement, lab, seeds);
    measurement.values = minus(ordinary, accuracies(measurement, "multiplied", lab, seeds, factor, 0));
    return measurement;
}

Measurement clipping_repair(double factor, Laboratory& lab, std::span<const std::uint64_t> seeds) {
    Measurement measurement;
    const auto clipped = accuracies(measurement, "multiplied, clipped", lab, seeds, factor, clip_norm_used);
    const auto broken = accuracies(measurement, "multiplied", lab, seeds, factor, 0);
    const auto ordinary = ordinary_accuracies(measurement, lab, seeds);
    measurement.values = minus(clipped, mean_of({ordinary, broken}));
    const auto cost = judge(Rule::above(0), Scale::difference, minus(ordinary, broken));
    if (measurement.unfit.empty() && cost.verdict != Verdict::supported) {
        measurement.unfit = fmt::format(
            "there is nothing shown to repair: the explosion costs {:.3f} of accuracy{}", cost.estimate,
            cost.interval ? fmt::format(", from {:.3f} to {:.3f}", cost.interval->low, cost.interval->high) : "");
    }
    return measurement;
}

std::string explosion_cost_estimand(double factor) {
    return fmt::format("test accuracy from the ordinary recurrent kernel minus that from {:g} times it", factor);
}

std::string clipping_repair_estimand(double factor) {
    return fmt::format(
        "test accuracy from {:g} times the recurrent kernel, clipped, minus the middle between that without clipping "
        "and that from the ordinary kernel: more than half of what was lost comes back",
        factor);
}

Claim explosion_claim(double factor) {
    Claim claim;
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.seeds = explosion_seeds;
    claim.on_reviews = false;
    claim.set_up = [factor](const Sizes& sizes) { return explosion_text(factor, sizes); };
    return claim;
}

}  // namespace cellwise::lab
