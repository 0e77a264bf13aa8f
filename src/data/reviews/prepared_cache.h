#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "data/reviews/load_data.h"

namespace cellwise::data {

/// A prepared copy as it is loaded: the data, and the hash that says which data it is.
struct PreparedData {
    Prepared data;
    std::string content_sha256;
    std::filesystem::path copy;  ///< the file in the cache; empty if none is kept
    bool from_cache = false;
};

/// Keeps prepared copies in cache_folder()/prepared.
///
/// A copy is named by the SHA-256 of the files it was made from, so changed files never meet an old
/// copy. To spare hashing at every start, a stamp beside it remembers for each source the path, size,
/// times and inode of its files and the hash they had; if any of these differ, or the files were written
/// within the last seconds, they are hashed again. What a killed program left unfinished is removed. Copies carry
/// lengths and checksums, appear whole or not at all (AtomicFile), and one that does not check is made anew. If the
/// folder cannot be written, everything works without a cache, with a notice.
///
/// `recipe` names what is made of the files ("npz", "raw"); `files` are hashed in this order, a folder
/// stands for the reviews in it. `make` prepares the data. Errors: those of `make`.
[[nodiscard]] PreparedData load_prepared(const std::string& recipe, const std::vector<std::filesystem::path>& files,
                                         const std::function<Prepared()>& make);

/// Writes one copy. Throws EnvironmentError.
void write_prepared(const std::filesystem::path& path, const Prepared& data, const std::string& content_sha256);

/// Reads one copy. Throws DataError if the file is absent, half written, damaged or of another version.
[[nodiscard]] PreparedData read_prepared(const std::filesystem::path& path);

/// The folder of the copies.
[[nodiscard]] std::filesystem::path prepared_folder();

}  // namespace cellwise::data
