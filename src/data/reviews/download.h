#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cellwise::data {

/// A file to download and how to know that it is the right one.
struct RemoteFile {
    std::string name;  ///< its name in the folder
    std::string url;   ///< https:// only
    std::string sha256;
};

/// imdb.npz and imdb_word_index.json as Keras publishes them. Each part can be overridden by an
/// environment variable: CELLWISE_NPZ_URL, CELLWISE_NPZ_SHA256, CELLWISE_WORD_INDEX_URL,
/// CELLWISE_WORD_INDEX_SHA256 (a mirror, or a test's own server).
[[nodiscard]] std::vector<RemoteFile> imdb_files();

/// Downloads the file into the folder, unless it is there already with the right checksum; true if it
/// had to be downloaded.
///
/// The bytes go to NAME.part, which a later call resumes, and get their name once the checksum holds.
/// Certificates are always checked, by the system's authorities or those in the file that
/// CELLWISE_CA_FILE names. Two processes take turns. On a terminal the progress is shown. Throws
/// EnvironmentError (network, certificate, folder) and DataError (checksum), naming the address.
bool download(const RemoteFile& file, const std::filesystem::path& folder);

/// Downloads imdb_files() into download_folder() with a notice. Errors: download().
void download_imdb();

}  // namespace cellwise::data
