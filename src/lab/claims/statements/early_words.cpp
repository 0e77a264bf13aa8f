#include <fmt/format.h>

#include <span>
#include <string>
#include <vector>

#include "lab/claims/early_words.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {
namespace {

/// What all of these share: made-up sequences, judged by accuracy.
Claim early_words_claim(std::string name, std::string statement) {
    Claim claim;
    claim.name = std::move(name);
    claim.statement = std::move(statement);
    claim.unit = "accuracy";
    claim.on_reviews = false;
    claim.set_up = fading_text;
    return claim;
}

/// The notes say that they fade from the SimpleRNN's memory, and from the others' not.
Claim early_words_fade_rnn() {
    auto claim = early_words_claim("early-words-fade-rnn", "Early words fade from the memory of the SimpleRNN.");
    claim.estimand = fading_estimand(Cell::simple_rnn);
    claim.rule = Rule::above(no_fading);
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return fading(Cell::simple_rnn, lab, seeds);
    };
    return claim;
}

Claim early_words_stay(Cell cell) {
    auto claim = early_words_claim(fmt::format("early-words-stay-{}", cell_name(cell)),
                                   fmt::format("Early words do not fade from the memory of the {}.", cell_title(cell)));
    claim.estimand = fading_estimand(cell);
    claim.rule = Rule::within(-no_fading, no_fading);
    claim.measure = [cell](Laboratory& lab, std::span<const std::uint64_t> seeds) { return fading(cell, lab, seeds); };
    return claim;
}

Claim early_words_fade_less_than_rnn(Cell cell) {
    auto claim = early_words_claim(
        fmt::format("early-words-fade-less-in-{}-than-rnn", cell_name(cell)),
        fmt::format("Early words fade less from the memory of the {} than from the SimpleRNN's.", cell_title(cell)));
    claim.estimand = fading_against_rnn_estimand(cell);
    claim.rule = Rule::above(0);
    claim.measure = [cell](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return fading_against_rnn(cell, lab, seeds);
    };
    return claim;
}

}  // namespace

std::vector<Claim> early_words_claims() {
    return {early_words_fade_rnn(), early_words_stay(Cell::lstm), early_words_stay(Cell::gru),
            early_words_fade_less_than_rnn(Cell::lstm), early_words_fade_less_than_rnn(Cell::gru)};
}

}  // namespace cellwise::lab
