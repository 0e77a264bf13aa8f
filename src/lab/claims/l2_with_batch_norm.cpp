#include <fmt/format.h>

#include "lab/claims/paired_values.h"
#include "lab/claims/registry.h"
#include "lab/claims/regularised_training.h"

namespace cellwise::lab {
namespace {

Claim together_against(bool l2_alone) {
    const std::string alone = l2_alone ? "L2" : "batch normalisation";
    Claim claim;
    claim.name = l2_alone ? "l2-with-batch-norm-beats-l2" : "l2-with-batch-norm-beats-batch-norm";
    claim.statement = fmt::format("L2 and batch normalisation together do better than {} alone.", alone);
    claim.estimand = fmt::format("test accuracy with both minus that with {} alone", alone);
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.seeds = 8;
    claim.set_up = [](const Sizes& sizes) {
        return fmt::format("{} With the penalty {}·‖W‖², with batch normalisation before the dense layer, with both.",
                           regularised_training_text(sizes), l2_penalty_used);
    };
    claim.measure = [l2_alone, alone](Laboratory& lab, std::span<const std::uint64_t> seeds) -> Measurement {
        const auto of = [&](bool l2, bool batch_norm) {
            return lab.train_each(seeds,
                                  [&](std::uint64_t seed) { return regularised_training(lab, seed, l2, batch_norm); });
        };
        const auto both = of(true, true), one = of(l2_alone, !l2_alone), neither = of(false, false);
        const auto both_accuracy = values_of(both, &TrainingOutcome::test_accuracy);
        const auto one_accuracy = values_of(one, &TrainingOutcome::test_accuracy);
        return {minus(both_accuracy, one_accuracy),
                {{"test accuracy with both", both_accuracy},
                 {fmt::format("test accuracy with {} alone", alone), one_accuracy},
                 {"test accuracy with neither", values_of(neither, &TrainingOutcome::test_accuracy)},
                 {"train-test gap with both", accuracy_gaps(both)},
                 {fmt::format("train-test gap with {} alone", alone), accuracy_gaps(one)}},
                {}};
    };
    return claim;
}

}  // namespace

std::vector<Claim> l2_with_batch_norm() { return {together_against(true), together_against(false)}; }

}  // namespace cellwise::lab
