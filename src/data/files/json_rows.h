#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/files/text_rows.h"

namespace cellwise::data {

/// Whether a text is JSON objects: its first line is one, or it begins an array of them.
[[nodiscard]] bool looks_like_json_rows(std::string_view text);

/// read_text_rows of JSON objects: one a line, in an array, or one after another over several lines.
[[nodiscard]] TextTable read_json_rows(std::string_view text, const std::vector<WantedColumn>& columns,
                                       const std::string& origin, bool keep_cells);

}  // namespace cellwise::data
