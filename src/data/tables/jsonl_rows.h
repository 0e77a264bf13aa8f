#pragma once

#include "data/tables/row_source.h"

namespace cellwise::tables {

/// One JSON object a line as rows: a member is a column, in the order in which they first come; an absent one and null
/// are missing. Numbers keep the digits that the file has.
class JsonlRows : public RowSource {
public:
    /// Reads the whole text once for the names. `text` must outlive it. Throws RowFault for a line that is no object
    /// of plain values.
    JsonlRows(std::string_view text, std::vector<std::string> missing_values);

    [[nodiscard]] const std::vector<std::string>& names() const override { return names_; }
    [[nodiscard]] std::size_t chunks() const override { return 1; }
    [[nodiscard]] RowChunk read(std::size_t chunk, std::span<const CellUse> uses) const override;
    [[nodiscard]] RowChunk sample(std::int64_t rows, std::span<const CellUse> uses) const override;
    [[nodiscard]] bool follows(const RowChunk&, const RowChunk&) const override { return true; }
    void join_chunks() override {}
    [[nodiscard]] std::size_t line_of(std::size_t place) const override;

private:
    std::string_view text_;
    std::vector<std::string> missing_values_;
    std::vector<std::string> names_;
};

}  // namespace cellwise::tables
