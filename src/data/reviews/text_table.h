#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cellwise::data {

struct LabelledText {
    std::string text;
    bool is_positive = false;
};

/// The label that a word stands for: 1 or 0, pos or neg, positive or negative, true or false, in any case;
/// nothing for other words.
[[nodiscard]] std::optional<bool> label_of_word(std::string_view word);

/// Reads one's own texts: .csv (RFC 4180: commas, double quotes, a header line), .tsv (the same with
/// tabs) or .jsonl/.ndjson (one JSON object a line). Throws DataError naming the file, the line and what was
/// expected: read_text_rows' errors, a label that is none of label_of_word's, texts without words.
[[nodiscard]] std::vector<LabelledText> read_table(const std::filesystem::path& path, const std::string& text_column,
                                                   const std::string& label_column);

/// The same as a CSV table with the columns text and label (1 positive, 0 negative).
[[nodiscard]] std::string csv_of(std::span<const LabelledText> rows);

}  // namespace cellwise::data
