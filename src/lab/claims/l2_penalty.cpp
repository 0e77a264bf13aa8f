#include <fmt/format.h>

#include "lab/claims/paired_values.h"
#include "lab/claims/registry.h"
#include "lab/claims/regularised_training.h"

namespace cellwise::lab {
namespace {

struct Pair {
    std::vector<TrainingOutcome> plain, penalised;
};

Pair train_pair(Laboratory& lab, std::span<const std::uint64_t> seeds) {
    return {lab.train_each(seeds, [&](std::uint64_t seed) { return regularised_training(lab, seed, false, false); }),
            lab.train_each(seeds, [&](std::uint64_t seed) { return regularised_training(lab, seed, true, false); })};
}

Claim l2_claim() {
    Claim claim;
    claim.seeds = 8;
    claim.set_up = [](const Sizes& sizes) {
        return fmt::format("{} With the penalty {}·‖W‖² on kernel, recurrent kernel and dense kernel, and without.",
                           regularised_training_text(sizes), l2_penalty_used);
    };
    return claim;
}

Claim shrinks() {
    auto claim = l2_claim();
    claim.name = "l2-shrinks-weights";
    claim.statement = "L2 regularisation makes the weights smaller.";
    claim.estimand = "L2 norm of all kernels after training, with the penalty over without";
    claim.unit = "ratio";
    claim.rule = Rule::below(1);
    claim.scale = Scale::ratio;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) -> Measurement {
        const auto pair = train_pair(lab, seeds);
        const auto plain = values_of(pair.plain, &TrainingOutcome::kernel_norm);
        const auto penalised = values_of(pair.penalised, &TrainingOutcome::kernel_norm);
        return {over(penalised, plain), {{"norm with L2", penalised}, {"norm without", plain}}, {}};
    };
    return claim;
}

Claim leaves_no_zeros() {
    auto claim = l2_claim();
    claim.name = "l2-leaves-no-zeros";
    claim.statement = "L2 regularisation shrinks weights but does not make them zero.";
    claim.estimand = "share of kernel values that are exactly 0 after training with the penalty";
    claim.unit = "share";
    claim.rule = Rule::exactly(0);
    claim.scale = Scale::exact;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        Measurement measurement;
        Detail zeros{"kernel values exactly 0", {}}, values{"kernel values", {}};
        for (const auto& outcome : train_pair(lab, seeds).penalised) {
            zeros.values.push_back(static_cast<double>(outcome.kernel_zeros));
            values.values.push_back(static_cast<double>(outcome.kernel_values));
        }
        measurement.values = over(zeros.values, values.values);
        measurement.details = {zeros, values};
        return measurement;
    };
    return claim;
}

Claim narrows_gap() {
    auto claim = l2_claim();
    claim.name = "l2-narrows-the-train-test-gap";
    claim.statement = "L2 regularisation narrows the gap between training and test accuracy.";
    claim.estimand = "training minus test accuracy: the gap without the penalty minus the gap with it";
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) -> Measurement {
        const auto pair = train_pair(lab, seeds);
        const auto plain = accuracy_gaps(pair.plain), penalised = accuracy_gaps(pair.penalised);
        return {minus(plain, penalised),
                {{"gap without L2", plain},
                 {"gap with L2", penalised},
                 {"test accuracy without", values_of(pair.plain, &TrainingOutcome::test_accuracy)},
                 {"test accuracy with L2", values_of(pair.penalised, &TrainingOutcome::test_accuracy)},
                 {"training accuracy without", values_of(pair.plain, &TrainingOutcome::train_accuracy)},
                 {"training accuracy with L2", values_of(pair.penalised, &TrainingOutcome::train_accuracy)}},
                {}};
    };
    return claim;
}

}  // namespace

std::vector<Claim> l2_penalty_claims() { return {shrinks(), leaves_no_zeros(), narrows_gap()}; }

}  // namespace cellwise::lab
