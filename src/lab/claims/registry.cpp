#include "lab/claims/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"

namespace cellwise::lab {
namespace {

std::vector<Claim> gathered() {
    std::vector<Claim> claims;
    for (const auto& family : {lstm_beats_rnn, gru_close_to_lstm, gru_on_small_data, lstm_on_long_sequences,
                               vanishing_gradients, early_words_fade, exploding_gradients, l2_penalty_claims,
                               batch_norm_claims, batch_norm_position, inference_claims, l2_with_batch_norm}) {
        for (auto& claim : family()) claims.push_back(std::move(claim));
    }
    return claims;
}

bool stands_for(const std::string& name, const Claim& claim) {
    return claim.name == name || claim.name.starts_with(name + "-");
}

// Levenshtein's distance.
std::size_t edit_distance(const std::string& one, const std::string& other) {
    std::vector<std::size_t> row(other.size() + 1);
    for (std::size_t j = 0; j <= other.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= one.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= other.size(); ++j) {
            const std::size_t replaced = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[other.size()];
}

// The nearest names: by spelling, and those that contain the word.
std::vector<std::string> near_names(const std::string& name) {
    std::vector<std::pair<std::size_t, std::string>> ranked;
    for (const auto& claim : all_claims()) {
        const bool contains = !name.empty() && claim.name.find(name) != std::string::npos;
        const auto distance = contains ? 0 : edit_distance(name, claim.name);
        if (contains || distance <= std::max(name.size(), claim.name.size()) / 2)
            ranked.emplace_back(distance, claim.name);
    }
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& one, const auto& other) { return one.first < other.first; });
    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min<std::size_t>(4, ranked.size()); ++i) names.push_back(ranked[i].second);
    return names;
}

}  // namespace

const std::vector<Claim>& all_claims() {
    static const std::vector<Claim> claims = gathered();
    return claims;
}

std::vector<Claim> select_claims(const std::vector<std::string>& names) {
    if (names.empty()) return all_claims();
    for (const auto& name : names) {
        const auto& all = all_claims();
        if (std::any_of(all.begin(), all.end(), [&](const Claim& claim) { return stands_for(name, claim); })) continue;
        const auto near = near_names(name);
        throw UsageError(fmt::format("there is no claim '{}'{} ('cellwise claims --list' shows all)", name,
                                     near.empty() ? "" : fmt::format(": did you mean {}?", fmt::join(near, ", "))));
    }
    std::vector<Claim> chosen;
    for (const auto& claim : all_claims()) {
        if (std::any_of(names.begin(), names.end(), [&](const auto& name) { return stands_for(name, claim); })) {
            chosen.push_back(claim);
        }
    }
    return chosen;
}

}  // namespace cellwise::lab
