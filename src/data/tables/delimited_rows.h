#pragma once

#include <functional>

#include "data/tables/row_source.h"

namespace cellwise::tables {

/// Delimited text as rows, in chunks of some megabytes.
///
/// A chunk must begin with a row, and whether a line end is one or stands in quotes depends on all quotes before it.
/// So the quotes are counted first; an odd number before a chunk says that it begins within them. Quotes in the middle
/// of a cell, which are text, can make that wrong: then a chunk does not begin where the one before it ended.
class DelimitedRows : public RowSource {
public:
    struct Form {
        char delimiter = ',';
        data::Quoting quoting = data::Quoting::standard;
        bool declares_delimiter = false;  ///< the first line is no row (data::Dialect)
        bool has_header = true;
        std::vector<std::string> missing_values;
        int threads = 0;
    };
    /// `text` must outlive it. `release` is told which part has been read. Throws RowFault for a header that cannot be
    /// read.
    DelimitedRows(std::string_view text, Form form, std::function<void(std::string_view)> release = {});

    [[nodiscard]] const std::vector<std::string>& names() const override { return names_; }
    [[nodiscard]] std::size_t chunks() const override { return starts_.size() - 1; }
    [[nodiscard]] RowChunk read(std::size_t chunk, std::span<const CellUse> uses) const override;
    [[nodiscard]] RowChunk sample(std::int64_t rows, std::span<const CellUse> uses) const override;
    [[nodiscard]] bool follows(const RowChunk& before, const RowChunk& chunk) const override;
    void join_chunks() override { starts_ = {starts_.front(), starts_.back()}; }
    [[nodiscard]] std::size_t line_of(std::size_t place) const override;

private:
    void read_header();
    void find_chunks();
    [[nodiscard]] std::size_t row_behind(std::size_t place, bool in_quotes) const;
    [[nodiscard]] RowChunk read(std::size_t from, std::size_t to, std::int64_t most_rows,
                                std::span<const CellUse> uses) const;
    [[nodiscard]] std::size_t count_before(std::size_t place, char letter) const;
    void read_row(RowScanner& scanner, RowChunk& chunk) const;
    [[nodiscard]] RowFault ragged(std::size_t place, std::size_t cells, bool at_end) const;

    std::string_view text_;
    Form form_;
    std::function<void(std::string_view)> release_;
    std::vector<std::string> names_;
    std::size_t first_row_ = 0;
    std::vector<std::size_t> starts_;  ///< of the chunks, and the end of the text
};

}  // namespace cellwise::tables
