#include <fmt/format.h>

#include <vector>

#include "lab/claims/paired_values.h"
#include "lab/claims/statements/statements.h"
#include "lab/claims/step_times.h"

namespace cellwise::lab {
namespace {

std::int64_t timed_steps(const Sizes& sizes) { return sizes.pick(15, 5); }

Claim gru_close_to_lstm_parameters() {
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

Claim gru_close_to_lstm_time() {
    Claim claim;
    claim.name = "gru-close-to-lstm-time";
    claim.statement = "The GRU trains in less time than the LSTM.";
    claim.estimand = "seconds of a GRU's training step over those of an LSTM's (fused engine)";
    claim.unit = "ratio";
    claim.rule = Rule::below(1);
    claim.scale = Scale::ratio;
    claim.set_up = [](const Sizes& sizes) {
        return fmt::format(
            "Whole training steps (forward, backward, Adam) on the same batches of 64 reviews of {} words, the two "
            "cells by turns: {} steps each per seed, their median taken; all threads. The torch engine's ratio stands "
            "beside it. Depends on the machine; measure on a quiet one.",
            sizes.length, timed_steps(sizes));
    };
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        Measurement measurement;
        std::vector<std::vector<double>> times(4);
        for (const auto seed : seeds) {
            const auto of_seed = step_times(lab, {Cell::gru, Cell::lstm}, seed, timed_steps(lab.sizes()));
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

std::vector<Claim> cell_cost_claims() { return {gru_close_to_lstm_parameters(), gru_close_to_lstm_time()}; }

}  // namespace cellwise::lab
