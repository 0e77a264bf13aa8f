#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/load_data.h"

namespace cellwise::data {

struct LabelledText {
    std::string text;
    bool is_positive = false;
};

/// Reads one's own texts: .csv (RFC 4180: commas, double quotes, a header line), .tsv (the same with
/// tabs) or .jsonl/.ndjson (one JSON object a line). Labels: 1 or 0, pos or neg, positive or negative,
/// true or false, in any case. Throws DataError naming the file, the line and what was expected.
[[nodiscard]] std::vector<LabelledText> read_table(const std::filesystem::path& path, const std::string& text_column,
                                                   const std::string& label_column);

/// Splits rows into train and test: shuffled by a fixed seed, the first four fifths (rounded down) are
/// train, the others test, so the same file always gives the same splits. The vocabulary comes from
/// the train split. Throws DataError for fewer than two rows.
[[nodiscard]] Prepared prepare_table(const std::filesystem::path& path, const std::string& text_column,
                                     const std::string& label_column);

}  // namespace cellwise::data
