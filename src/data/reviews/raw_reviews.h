#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "data/files/encoding.h"

namespace cellwise::data {

/// One file {train,test}/{pos,neg}/ID_RATING.txt of the Large Movie Review Dataset.
struct RawReview {
    bool is_test = false;
    bool is_positive = false;
    std::string name;  ///< the file's name, by which Keras sorted
    std::string text;
};
using ReviewSink = std::function<void(RawReview)>;

/// Reads the reviews of aclImdb_v1.tar.gz or of any tar, gzipped or not, with the same layout; the
/// folder above train and test may have any name, everything else in the archive is passed over.
/// gzip's checksums are verified. Throws DataError naming the archive and entry if it is truncated,
/// corrupt, unpacks to more than a hundred times its size, holds links among the reviews, absolute paths or "..", or
/// lacks one of the four folders;
/// and for a review that is not of the encoding (decode).
void read_archive(const std::filesystem::path& path, const ReviewSink& sink, Encoding encoding = Encoding::utf8);

/// Reads the same reviews from an unpacked folder (the one that holds train and test).
void read_folder(const std::filesystem::path& path, const ReviewSink& sink, Encoding encoding = Encoding::utf8);

/// Whether a folder looks like the unpacked data set.
[[nodiscard]] bool is_review_folder(const std::filesystem::path& path);

}  // namespace cellwise::data
