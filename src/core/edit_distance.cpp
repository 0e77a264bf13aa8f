#include "core/edit_distance.h"

#include <algorithm>

namespace cellwise {

std::size_t edit_distance(std::string_view one, std::string_view other) {
    // rows[i % 3][j]: of one's first i and other's first j letters.
    std::vector<std::size_t> rows[3];
    for (auto& row : rows) row.resize(other.size() + 1);
    for (std::size_t i = 0; i <= one.size(); ++i) {
        auto& row = rows[i % 3];
        const auto& above = rows[(i + 2) % 3];
        const auto& two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (std::size_t j = 1; j <= other.size(); ++j) {
            if (i == 0) {
                row[j] = j;
                continue;
            }
            const bool same = one[i - 1] == other[j - 1];
            row[j] = std::min({row[j - 1] + 1, above[j] + 1, above[j - 1] + (same ? 0 : 1)});
            const bool swapped = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
            if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[one.size() % 3].back();
}

std::optional<std::string> nearest_word(std::string_view word, const std::vector<std::string>& candidates) {
    std::optional<std::string> best;
    std::size_t least = std::max<std::size_t>(1, word.size() <= 4 ? 1 : word.size() / 3) + 1;
    for (const auto& candidate : candidates) {
        const auto distance = edit_distance(word, candidate);
        if (distance < least) {
            least = distance;
            best = candidate;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const auto nearest = nearest_word(word, candidates);
    return nearest ? "; did you mean '" + *nearest + "'?" : "";
}

}  // namespace cellwise
