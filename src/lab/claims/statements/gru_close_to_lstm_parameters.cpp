#include <fmt/format.h>

#include "lab/claims/paired_values.h"
#include "lab/claims/statements/statements.h"
#include "lab/claims/step_times.h"

namespace cellwise::lab {

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

}  // namespace cellwise::lab
