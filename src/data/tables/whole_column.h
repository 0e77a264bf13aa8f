#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/tables/row_source.h"
#include "data/tables/table.h"

namespace cellwise::tables {

/// The cells of a whole column before its kind is decided: numbers, or codes of distinct texts.
struct WholeColumn {
    struct Level {
        std::string text;
        std::int64_t count = 0;
        std::size_t place = 0;  ///< the byte of the file at which its first cell begins
    };
    std::string name;
    bool is_nameless = false;  ///< the file has no name for it
    bool has_texts = false;
    bool all_whole = false;       ///< of numbers
    std::vector<double> numbers;  ///< [rows], or empty where texts are kept
    std::vector<std::int32_t> codes;
    std::vector<Level> levels;  ///< distinct, in the order of their bytes
};

/// Puts the pieces of one column together in the order of the chunks, and empties them. All are of one use, and none
/// failed.
[[nodiscard]] WholeColumn join_pieces(std::vector<RowChunk>& chunks, std::size_t column);

}  // namespace cellwise::tables
