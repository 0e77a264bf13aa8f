#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/compact_values.h"
#include "data/tables/level_dictionary.h"
#include "data/tables/row_scanner.h"

namespace cellwise::tables {

/// How the cells of a column are kept while the rows are read.
enum class CellUse {
    skip,     ///< not at all
    numbers,  ///< as numbers, until a cell is none
    texts,    ///< as the codes of distinct texts
};

/// The cells of one column in a run of rows.
class ColumnPiece {
public:
    explicit ColumnPiece(CellUse use = CellUse::skip) : use_(use) {}

    /// Blank cells and those that spell a missing value are missing. `place` is the byte of the file.
    void add(std::string_view cell, std::size_t place, std::span<const std::string> missing_values);
    void add_missing();
    /// To be called behind the last cell.
    void finish();

    /// Whether a cell was met that is no plain number, or more than its number tells: the piece is then worth nothing.
    [[nodiscard]] bool failed() const { return failed_; }
    /// Whether all numbers are whole, and written as digits alone.
    [[nodiscard]] bool all_whole() const { return all_whole_; }
    [[nodiscard]] CellUse use() const { return use_; }

    CompactValues<double> numbers;      ///< NaN where missing
    CompactValues<std::int32_t> codes;  ///< −1 where missing
    LevelDictionary dictionary;

private:
    void put(double number);
    void put(std::int32_t code);

    std::vector<double> last_numbers_;  ///< that are not among the compact ones yet
    std::vector<std::int32_t> last_codes_;
    CellUse use_;
    bool failed_ = false, all_whole_ = true;
};

/// A run of rows.
struct RowChunk {
    std::size_t from = 0, end = 0;  ///< bytes of the text: where it begins, and where the next would
    std::int64_t rows = 0;
    std::vector<ColumnPiece> pieces;  ///< one a column
    std::optional<RowFault> fault;    ///< what ended it early
};

/// A text with rows in it, which can be read in chunks, side by side.
class RowSource {
public:
    RowSource() = default;
    RowSource(const RowSource&) = delete;
    RowSource& operator=(const RowSource&) = delete;
    virtual ~RowSource() = default;

    /// As the file has them: they may be empty or the same twice.
    [[nodiscard]] virtual const std::vector<std::string>& names() const = 0;
    [[nodiscard]] virtual std::size_t chunks() const = 0;
    /// Reads a chunk's rows; `uses` has one entry a column. Does not throw for bad rows.
    [[nodiscard]] virtual RowChunk read(std::size_t chunk, std::span<const CellUse> uses) const = 0;
    /// Reads about the first `rows` rows.
    [[nodiscard]] virtual RowChunk sample(std::int64_t rows, std::span<const CellUse> uses) const = 0;
    /// Whether a chunk begins where the one before it ended. If not, the file must be read as one chunk.
    [[nodiscard]] virtual bool follows(const RowChunk& before, const RowChunk& chunk) const = 0;
    /// From then on chunks() is 1.
    virtual void join_chunks() = 0;
    /// The line of a byte, from 1.
    [[nodiscard]] virtual std::size_t line_of(std::size_t place) const = 0;
};

}  // namespace cellwise::tables
