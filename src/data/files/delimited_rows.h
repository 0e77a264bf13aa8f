#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/files/text_rows.h"

namespace cellwise::data {

/// read_text_rows of delimited text; `likely_delimiter`: the one that the file's name speaks of.
[[nodiscard]] TextTable read_delimited_rows(std::string_view text, char likely_delimiter,
                                            const std::vector<WantedColumn>& columns, const TextSettings& settings,
                                            const std::string& origin, bool keep_cells);

}  // namespace cellwise::data
