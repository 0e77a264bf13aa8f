#include "lab/claims/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {
namespace {

// In the tutorial's order.
std::vector<Claim> gathered() {
    return {
        lstm_beats_rnn(),
        gru_close_to_lstm_accuracy(),
        gru_close_to_lstm_parameters(),
        gru_close_to_lstm_time(),
        gru_better_on_small_data(),
        gru_similar_or_better_on_small_data(),
        lstm_stablest_on_long_sequences_vs_rnn(),
        lstm_stablest_on_long_sequences_vs_gru(),
        vanishing_gradients_rnn_untrained(),
        vanishing_gradients_lstm_untrained(),
        vanishing_gradients_gru_untrained(),
        vanishing_gradients_rnn_trained(),
        vanishing_gradients_lstm_trained(),
        vanishing_gradients_gru_trained(),
        early_words_fade_rnn(),
        early_words_stay_lstm(),
        early_words_stay_gru(),
        early_words_fade_less_in_lstm_than_rnn(),
        early_words_fade_less_in_gru_than_rnn(),
        exploding_gradients_break_training_times_1_5(),
        exploding_gradients_break_training_times_2(),
        exploding_gradients_break_training_times_3(),
        clipping_repairs_exploding_gradients_times_1_5(),
        clipping_repairs_exploding_gradients_times_2(),
        clipping_repairs_exploding_gradients_times_3(),
        clipping_helps_the_tutorials_rnn(),
        l2_shrinks_weights(),
        l2_leaves_no_zeros(),
        l2_narrows_the_train_test_gap(),
        batch_norm_speeds_training(),
        batch_norm_steadies_training(),
        batch_norm_reduces_overfitting(),
        batch_norm_before_or_after_activation(),
        weight_decay_idle_at_inference(),
        batch_norm_acts_at_inference(),
        l2_with_batch_norm_beats_l2(),
        l2_with_batch_norm_beats_batch_norm(),
    };
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
