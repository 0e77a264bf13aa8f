#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/files/dialect.h"
#include "data/tables/table.h"

namespace cellwise::tables {

/// How a table is read; what is not said here is found out by looking at the file.
struct ReadOptions {
    std::vector<std::string> missing_values;          ///< spellings of a missing value beside the blank cell
    std::vector<std::pair<std::string, Kind>> kinds;  ///< columns whose kind is given, not decided
    std::string encoding;                             ///< utf-8, cp949, latin-1, utf-16; empty: told by the bytes
    char delimiter = 0;                               ///< 0: the one of , tab ; | that fits
    std::optional<data::Quoting> quoting;             ///< what a double quote means; nothing: told by the text
    bool header = true;                               ///< whether the first row names the columns
    int threads = 0;                                  ///< 0: as many as the machine has processors
};

/// Reads a table: .csv, .tsv and other delimited text by RFC 4180 with a header line, .jsonl and .ndjson with one JSON
/// object a line (a member is a column, an absent one is missing). The same table for any number of threads.
///
/// Throws DataError naming the file and the line: a file that is absent, empty, without rows, of an encoding that it
/// is not; a row of another number of cells than the header; a quote without an end; a column whose
/// cells are not of the kind that was given. Throws UsageError for an option that names no column.
[[nodiscard]] Table read_table(const std::filesystem::path& path, const ReadOptions& options = {});

/// The same of a text that is already in memory; `origin` stands in messages.
enum class TableForm { delimited, jsonl };
[[nodiscard]] Table parse_table(std::string_view text, TableForm form, const std::string& origin,
                                const ReadOptions& options = {});

}  // namespace cellwise::tables
