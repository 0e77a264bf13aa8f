#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cellwise::data {

/// Whether a name ends as packed files' do, and without that ending: "t.csv" of "t.csv.gz", "t" of "t.zip". The name
/// itself where it does not.
[[nodiscard]] std::string_view without_packing(std::string_view name);

/// The bytes of a file that is packed by gzip, bzip2, xz or zstd, or that is the only file of a zip archive; nothing if
/// the bytes are not packed. `origin` stands in messages. Throws DataError for a damaged file, one that unpacks to more
/// than a hundred times its size, an archive of several files, and what require_no_foreign_file refuses, packed or not.
[[nodiscard]] std::optional<std::string> unpacked_file(std::string_view bytes, const std::string& origin);

/// Throws DataError that says what the file is and what to do, if it is of a kind that has no text: by its first bytes
/// Parquet, SQLite, PDF, a web page and others, by its members an Excel workbook or another document that is a zip.
void require_no_foreign_file(std::string_view bytes, const std::string& origin);

}  // namespace cellwise::data
