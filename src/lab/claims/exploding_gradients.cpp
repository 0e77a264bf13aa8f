#include <fmt/format.h>

#include "lab/claims/paired_values.h"
#include "lab/claims/registry.h"

namespace cellwise::lab {
namespace {

// The initial recurrent kernel is orthogonal: all its eigenvalues have the size 1. Times one of these, a small
// change of the state grows from step to step.
constexpr double mild_scale = 1.25;
constexpr double strong_scale = 2;
constexpr double learning_rate = 0.1;
constexpr double clip_norm = 1;
constexpr std::int64_t synthetic_vocabulary = 256;
// The kernel as it is must learn, or there is no training that could break.
constexpr double learnt = 0.6;
// What an explosion must cost for there to be something to repair.
constexpr double least_broken = 0.02;

TrainingSpec synthetic_spec(const Laboratory& lab, std::uint64_t seed, double scale, double clip) {
    const auto& sizes = lab.sizes();
    auto spec = lab.tutorial(Cell::simple_rnn, seed);
    SyntheticChoice choice;
    choice.corpus.train_reviews = sizes.pick(2000, 600);
    choice.corpus.test_reviews = sizes.pick(1000, 300);
    spec.synthetic = choice;
    spec.reviews = {0, 0, false, choice.corpus.max_length + 1};
    spec.model.vocabulary_size = synthetic_vocabulary;
    spec.training.optimizer = training::OptimizerKind::sgd;
    spec.training.learning_rate = learning_rate;
    spec.training.epochs = 10;
    spec.training.clip_norm = clip;
    spec.recurrent_scale = scale;
    spec.first_gradient = true;
    return spec;
}

std::vector<TrainingOutcome> train(Laboratory& lab, std::span<const std::uint64_t> seeds, double scale, double clip) {
    return lab.train_each(seeds, [&](std::uint64_t seed) { return synthetic_spec(lab, seed, scale, clip); });
}

void add_details(Measurement& measurement, const std::string& name, const std::vector<TrainingOutcome>& outcomes) {
    measurement.details.push_back({name + ": test accuracy", values_of(outcomes, &TrainingOutcome::test_accuracy)});
    measurement.details.push_back(
        {name + ": first gradient's norm", values_of(outcomes, &TrainingOutcome::first_gradient_norm)});
    measurement.details.push_back({name + ": share of trainings given up", diverged(outcomes)});
}

Claim synthetic_claim(double scale, const std::string& name) {
    Claim claim;
    claim.name = fmt::format("{}-{}", name, scale == mild_scale ? "mild" : "strong");
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.seeds = 8;
    claim.on_reviews = false;
    claim.set_up = [scale](const Sizes& sizes) {
        return fmt::format(
            "SimpleRNN with {} units on the built-in synthetic reviews ({} of 30 to 90 words, a new corpus for each "
            "seed), SGD with learning rate {}, batch 64, 10 epochs; its orthogonal recurrent kernel as initialised, "
            "times {}, and times {} with --clip-norm {}. An unscaled RNN below {} counts as not learnt, and a loss "
            "below {} as nothing to repair: then "
            "undecided.",
            sizes.hidden_size, sizes.pick(2000, 600), learning_rate, scale, scale, clip_norm, learnt, least_broken);
    };
    return claim;
}

Claim breaks_training(double scale) {
    auto claim = synthetic_claim(scale, "exploding-gradients-break-training");
    claim.statement = "Exploding gradients break training.";
    claim.estimand =
        fmt::format("test accuracy from the ordinary recurrent kernel minus that from {:g} times it", scale);
    claim.measure = [scale](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        const auto calm = train(lab, seeds, 1, 0), explosive = train(lab, seeds, scale, 0);
        const auto calm_accuracy = values_of(calm, &TrainingOutcome::test_accuracy);
        Measurement measurement;
        measurement.values = minus(calm_accuracy, values_of(explosive, &TrainingOutcome::test_accuracy));
        add_details(measurement, "ordinary", calm);
        add_details(measurement, "scaled", explosive);
        if (statistics::mean(calm_accuracy) < learnt) {
            measurement.unfit = fmt::format("even the ordinary RNN has not learnt (mean accuracy {:.3f}, below {})",
                                            statistics::mean(calm_accuracy), learnt);
        }
        return measurement;
    };
    return claim;
}

Claim clipping_repairs(double scale) {
    auto claim = synthetic_claim(scale, "clipping-repairs-exploding-gradients");
    claim.statement = "Gradient clipping repairs a training whose gradients explode.";
    claim.estimand = fmt::format("test accuracy from {:g} times the recurrent kernel, clipped minus unclipped", scale);
    claim.measure = [scale](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        const auto clipped = train(lab, seeds, scale, clip_norm);
        const auto explosive = train(lab, seeds, scale, 0);
        Measurement measurement;
        measurement.values = minus(values_of(clipped, &TrainingOutcome::test_accuracy),
                                   values_of(explosive, &TrainingOutcome::test_accuracy));
        add_details(measurement, "scaled, clipped", clipped);
        add_details(measurement, "scaled", explosive);
        const auto calm = train(lab, seeds, 1, 0);
        add_details(measurement, "ordinary", calm);
        const double broken = statistics::mean(values_of(calm, &TrainingOutcome::test_accuracy)) -
                              statistics::mean(values_of(explosive, &TrainingOutcome::test_accuracy));
        if (broken < least_broken) {
            measurement.unfit =
                fmt::format("there is nothing to repair: the explosion costs {:.3f} of accuracy, less than {}", broken,
                            least_broken);
        }
        return measurement;
    };
    return claim;
}

Claim clipping_helps_the_tutorial() {
    Claim claim;
    claim.name = "clipping-helps-the-tutorials-rnn";
    claim.statement = "Gradient clipping helps the tutorial's own SimpleRNN.";
    claim.estimand = "test accuracy of the SimpleRNN with clipnorm 1 minus that without";
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.seeds = 8;
    claim.set_up = [](const Sizes& sizes) {
        return fmt::format(
            "The tutorial's training: {}; {} words, Adam, batch 64, 3 epochs, {}; as it is, and clipped.",
            model_text("SimpleRNN", sizes), sizes.length, reviews_text(sizes, 0, 0));
    };
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) -> Measurement {
        const auto with = [&](double clip) {
            return values_of(lab.train_each(seeds,
                                            [&](std::uint64_t seed) {
                                                auto spec = lab.tutorial(Cell::simple_rnn, seed);
                                                spec.training.clip_norm = clip;
                                                spec.keep_model = clip == 0;  // shared with other claims
                                                return spec;
                                            }),
                             &TrainingOutcome::test_accuracy);
        };
        const auto clipped = with(clip_norm), plain = with(0);
        return {minus(clipped, plain), {{"clipped: test accuracy", clipped}, {"unclipped: test accuracy", plain}}, {}};
    };
    return claim;
}

}  // namespace

std::vector<Claim> exploding_gradients() {
    return {breaks_training(mild_scale), breaks_training(strong_scale), clipping_repairs(mild_scale),
            clipping_repairs(strong_scale), clipping_helps_the_tutorial()};
}

}  // namespace cellwise::lab
