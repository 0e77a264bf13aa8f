#include "lab/claims/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/edit_distance.h"
#include "core/error.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {
namespace {

std::vector<Claim> gathered() {
    std::vector<Claim> claims;
    for (const auto& family :
         {cell_accuracy_claims(), cell_cost_claims(), small_data_claims(), long_sequences_claims(),
          vanishing_gradients_claims(), early_words_claims(), exploding_gradients_claims(), clipping_claims(),
          weight_penalty_claims(), batch_norm_claims(), inference_claims(), penalty_with_batch_norm_claims()}) {
        claims.insert(claims.end(), family.begin(), family.end());
    }
    return claims;
}

bool stands_for(const std::string& name, const Claim& claim) {
    return claim.name == name || claim.name.starts_with(name + "-");
}

// The nearest names: by spelling, and those that contain the word.
std::vector<std::string> near_names(const std::string& name, const std::vector<Claim>& all) {
    std::vector<std::pair<std::size_t, std::string>> ranked;
    for (const auto& claim : all) {
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

std::vector<Claim> select_claims(const std::vector<std::string>& names, const std::vector<Claim>& all) {
    if (names.empty()) return all;
    for (const auto& name : names) {
        if (std::any_of(all.begin(), all.end(), [&](const Claim& claim) { return stands_for(name, claim); })) continue;
        const auto near = near_names(name, all);
        throw UsageError(fmt::format("there is no claim '{}'{} ('cellwise claims --list' shows all)", name,
                                     near.empty() ? "" : fmt::format(": did you mean {}?", fmt::join(near, ", "))));
    }
    std::vector<Claim> chosen;
    for (const auto& claim : all) {
        if (std::any_of(names.begin(), names.end(), [&](const auto& name) { return stands_for(name, claim); })) {
            chosen.push_back(claim);
        }
    }
    return chosen;
}

}  // namespace cellwise::lab
