#pragma once

#include <filesystem>

#include "data/tables/table.h"

namespace cellwise::tables {

/// Writes a table with a header line, by RFC 4180, with tabs if the name ends in .tsv: numbers in the fewest digits
/// that give them again, dates as 2024-01-31 or 2024-01-31T12:30:00, a missing value as an empty cell. The file appears
/// whole or not at all. Throws EnvironmentError naming it.
void write_table(const Table& table, const std::filesystem::path& path);

}  // namespace cellwise::tables
