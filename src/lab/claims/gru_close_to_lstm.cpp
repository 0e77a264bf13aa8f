#include <fmt/format.h>

#include "lab/claims/paired_values.h"
#include "lab/claims/registry.h"
#include "lab/claims/step_times.h"

namespace cellwise::lab {
namespace {

// Two accuracies that lie closer than this count as the same.
constexpr double accuracy_margin = 0.02;

std::vector<double> accuracies(Laboratory& lab, Cell cell, std::span<const std::uint64_t> seeds) {
    return values_of(lab.train_each(seeds,
                                    [&](std::uint64_t seed) {
                                        auto spec = lab.tutorial(cell, seed);
                                        spec.keep_model = true;
                                        return spec;
                                    }),
                     &TrainingOutcome::test_accuracy);
}

Claim accuracy_claim() {
    Claim claim;
    claim.name = "gru-close-to-lstm-accuracy";
    claim.statement = "The GRU is about as accurate as the LSTM.";
    claim.estimand = "test accuracy of the GRU minus that of the LSTM; less than 0.02 apart counts as equal";
    claim.unit = "accuracy";
    claim.rule = Rule::within(-accuracy_margin, accuracy_margin);
    claim.seeds = 8;
    claim.set_up = [](const Sizes& sizes) {
        return fmt::format("The tutorial's training: {}; {} words, Adam, batch 64, 3 epochs, {}.",
                           model_text("GRU or LSTM", sizes), sizes.length, reviews_text(sizes, 0, 0));
    };
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) -> Measurement {
        const auto gru = accuracies(lab, Cell::gru, seeds);
        const auto lstm = accuracies(lab, Cell::lstm, seeds);
        return {minus(gru, lstm), {{"GRU: test accuracy", gru}, {"LSTM: test accuracy", lstm}}, {}};
    };
    return claim;
}

Claim parameters_claim() {
    Claim claim;
    claim.name = "gru-close-to-lstm-parameters";
    claim.statement = "The GRU has fewer parameters than the LSTM.";
    claim.estimand = "parameters of the GRU layer over those of the LSTM layer";
    claim.unit = "ratio";
    claim.rule = Rule::below(1);
    claim.scale = Scale::exact;
    claim.seeds = 1;
    claim.on_reviews = false;
    claim.set_up = [](const Sizes& sizes) {
        return fmt::format("Counted in the two models: {}. No chance in it: one count.",
                           model_text("GRU or LSTM", sizes));
    };
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) -> Measurement {
        const auto gru = count_parameters(lab.tutorial(Cell::gru, seeds[0]).model);
        const auto lstm = count_parameters(lab.tutorial(Cell::lstm, seeds[0]).model);
        return {{gru.recurrent / lstm.recurrent},
                {{"GRU: parameters of the layer", {gru.recurrent}},
                 {"LSTM: parameters of the layer", {lstm.recurrent}},
                 {"GRU: parameters of the model", {gru.all}},
                 {"LSTM: parameters of the model", {lstm.all}}},
                {}};
    };
    return claim;
}

Claim time_claim() {
    Claim claim;
    claim.name = "gru-close-to-lstm-time";
    claim.statement = "The GRU trains in less time than the LSTM.";
    claim.estimand = "seconds of a GRU's training step over those of an LSTM's (fused engine)";
    claim.unit = "ratio";
    claim.rule = Rule::below(1);
    claim.scale = Scale::ratio;
    claim.seeds = 12;
    claim.set_up = [](const Sizes& sizes) {
        return fmt::format(
            "Whole training steps (forward, backward, Adam) on the same batches of 64 reviews of {} words, the two "
            "cells by turns: {} steps each per seed, their median taken; all threads. The torch engine's ratio stands "
            "beside it. Depends on the machine; measure on a quiet one.",
            sizes.length, sizes.pick(timed_steps, quick_timed_steps));
    };
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) -> Measurement {
        const auto steps = lab.sizes().pick(timed_steps, quick_timed_steps);
        Measurement measurement;
        std::vector<std::vector<double>> times(4);
        for (const auto seed : seeds) {
            const auto of_seed = step_times(lab, {Cell::gru, Cell::lstm}, seed, steps);
            for (std::size_t i = 0; i < times.size(); ++i) times[i].push_back(of_seed[i]);
        }
        measurement.values = over(times[0], times[1]);
        measurement.details = {{"GRU: ms a step, fused engine", times[0]},
                               {"LSTM: ms a step, fused engine", times[1]},
                               {"GRU: ms a step, torch engine", times[2]},
                               {"LSTM: ms a step, torch engine", times[3]},
                               {"GRU over LSTM, torch engine", over(times[2], times[3])}};
        return measurement;
    };
    return claim;
}

}  // namespace

std::vector<Claim> gru_close_to_lstm() { return {accuracy_claim(), parameters_claim(), time_claim()}; }

}  // namespace cellwise::lab
