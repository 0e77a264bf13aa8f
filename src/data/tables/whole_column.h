#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/tables/compact_values.h"
#include "data/tables/row_source.h"
#include "data/tables/table.h"

namespace cellwise::tables {

/// The cells of a whole column before its kind is decided: numbers, or codes of distinct texts.
struct WholeColumn {
    using Level = LevelDictionary::Level;
    std::string name;
    bool is_nameless = false;  ///< the file has no name for it
    bool has_texts = false;
    bool all_whole = false;         ///< of numbers
    CompactValues<double> numbers;  ///< [rows], or empty where texts are kept
    CompactValues<std::int32_t> codes;
    std::vector<Level> levels;     ///< distinct, in the order of their bytes
    LevelDictionary::Texts texts;  ///< that the levels look at
};

/// Puts the pieces of one column together.
class ColumnJoiner {
public:
    /// The next piece in the order of the rows, of the use that the first one has; it is emptied. With the
    /// first, room is made for `rows`, as many as the whole column may have.
    void add(ColumnPiece&& piece, std::size_t rows);
    /// Whether one of them failed. What follows is then left out, and there is no column.
    [[nodiscard]] bool failed() const { return failed_; }
    /// The column of all pieces. Once, and not where one failed.
    [[nodiscard]] WholeColumn finish();

private:
    void add_texts(ColumnPiece& piece);
    void sort_levels();

    WholeColumn whole_;
    LevelDictionary dictionary_;  ///< of all pieces; the codes are its until the end
    bool failed_ = false, is_first_ = true;
};

}  // namespace cellwise::tables
