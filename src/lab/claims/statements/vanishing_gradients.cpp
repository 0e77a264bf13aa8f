#include <fmt/format.h>

#include <span>
#include <string>
#include <vector>

#include "lab/claims/statements/statements.h"
#include "lab/claims/vanishing_gradients.h"

namespace cellwise::lab {
namespace {

/// `name` is the claim's name for it: "rnn". The notes say that the SimpleRNN's vanish, and the others' do not.
Claim vanishing_gradients(Cell cell, const std::string& name, Weights weights) {
    const std::string state = weights == Weights::trained ? "trained" : "untrained";
    const bool vanish = cell == Cell::simple_rnn;
    Claim claim;
    claim.name = fmt::format("vanishing-gradients-{}-{}", name, state);
    claim.statement = fmt::format("The gradients of the {} {} {}vanish through time.", state,
                                  vanish ? "SimpleRNN" : cell_title(cell), vanish ? "" : "do not ");
    claim.estimand = gradient_left_estimand;
    claim.unit = "log10";
    claim.rule = vanish ? Rule::below(vanished) : Rule::above(vanished);
    claim.set_up = [weights](const Sizes& sizes) { return gradient_left_text(weights, sizes); };
    claim.measure = [cell, weights](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return gradient_left(cell, weights, lab, seeds);
    };
    return claim;
}

}  // namespace

std::vector<Claim> vanishing_gradients_claims() {
    std::vector<Claim> claims;
    for (const auto weights : {Weights::untrained, Weights::trained}) {
        claims.push_back(vanishing_gradients(Cell::simple_rnn, "rnn", weights));
        claims.push_back(vanishing_gradients(Cell::lstm, "lstm", weights));
        claims.push_back(vanishing_gradients(Cell::gru, "gru", weights));
    }
    return claims;
}

}  // namespace cellwise::lab
