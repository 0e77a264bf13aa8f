#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/files/text_settings.h"
#include "data/reviews/labels.h"

namespace cellwise::data {

struct LabelledText {
    std::string text;
    bool is_positive = false;
};

/// Labelled texts, and what their labels are called.
struct LabelledTexts {
    std::vector<LabelledText> rows;
    LabelNames names;
};

/// Reads one's own texts: a delimited table, or JSON objects, one a line or in an array. The content says which; the
/// name's ending is a hint. Texts without words are left out with a notice if the settings have it so. Throws DataError
/// naming the file, the line and what was expected: read_text_rows' and decode's errors, a label that cannot be read
/// (with the flags that help), texts without words.
[[nodiscard]] LabelledTexts read_table(const std::filesystem::path& path, const std::string& text_column,
                                       const std::string& label_column, const TextSettings& settings = {});

/// The same as a CSV table with the columns text and label (1 positive, 0 negative).
[[nodiscard]] std::string csv_of(std::span<const LabelledText> rows);

}  // namespace cellwise::data
