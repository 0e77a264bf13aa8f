#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "data/tables/table.h"
#include "statistics/association.h"
#include "statistics/counted_values.h"

namespace cellwise::tables {

/// The column's numbers that are not missing.
[[nodiscard]] statistics::CountedValues sample_of(const Column& column);

/// The area under the ROC curve of the column's numbers as scores. labels: [rows], 1 or 0, or −1 for a row that is left
/// out; so is one whose number is missing. Nothing if a class is missing then, or if the numbers do not vary.
[[nodiscard]] std::optional<statistics::Association> area_of(const Column& column, std::span<const std::int8_t> labels);

/// A score, and how many rows of the labels 0 and 1 have it.
struct ScoreCount {
    double score = 0;
    std::array<std::size_t, 2> rows{};
};
/// The same of counted scores, in any order.
[[nodiscard]] std::optional<statistics::Association> area_of(std::vector<ScoreCount> scores);

}  // namespace cellwise::tables
