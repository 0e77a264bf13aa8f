#include <fmt/format.h>

#include <span>
#include <string>
#include <vector>

#include "lab/claims/explosion.h"
#include "lab/claims/paired_values.h"
#include "lab/claims/statements/statements.h"
#include "lab/claims/tutorial_training.h"

namespace cellwise::lab {
namespace {

/// The recurrent kernel times `factor`; `name` ends the claim's: "1-5".
Claim clipping_repairs_exploding_gradients(double factor, const std::string& name) {
    Claim claim = explosion_claim(factor);
    claim.name = "clipping-repairs-exploding-gradients-times-" + name;
    claim.statement = fmt::format(
        "Gradient clipping repairs a training whose gradients explode (recurrent kernel times {}).", factor);
    claim.estimand = clipping_repair_estimand(factor);
    claim.measure = [factor](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return clipping_repair(factor, lab, seeds);
    };
    return claim;
}

Claim clipping_helps_the_tutorials_rnn() {
    Claim claim;
    claim.name = "clipping-helps-the-tutorials-rnn";
    claim.statement = "Gradient clipping helps the tutorial's own SimpleRNN.";
    claim.estimand = "test accuracy of the SimpleRNN with clipnorm 1 minus that without";
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.set_up = [](const Sizes& sizes) {
        return tutorial_training_text("SimpleRNN", sizes) + " As it is, and clipped.";
    };
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) -> Measurement {
        const auto clipped = values_of(lab.train_each(seeds,
                                                      [&](std::uint64_t seed) {
                                                          auto spec = lab.tutorial(Cell::simple_rnn, seed);
                                                          spec.training.clip_norm = clip_norm_used;
                                                          return spec;
                                                      }),
                                       &TrainingOutcome::test_accuracy);
        const auto plain = tutorial_accuracies(lab, Cell::simple_rnn, seeds);
        return {minus(clipped, plain), {{"clipped: test accuracy", clipped}, {"unclipped: test accuracy", plain}}, {}};
    };
    return claim;
}

}  // namespace

std::vector<Claim> clipping_claims() {
    return {clipping_repairs_exploding_gradients(1.5, "1-5"), clipping_repairs_exploding_gradients(2, "2"),
            clipping_repairs_exploding_gradients(3, "3"), clipping_helps_the_tutorials_rnn()};
}

}  // namespace cellwise::lab
