#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/reviews/vocabulary.h"

namespace cellwise::data {

/// Reads Keras's imdb_word_index.json, one object {"word": rank, …}, as the words by rank: [0] has
/// rank 1. Throws DataError naming the file (and for bad JSON the byte) unless the ranks are exactly
/// 1 … number of words.
[[nodiscard]] std::vector<std::string> read_word_index(const std::filesystem::path& path);

/// Reads a run's vocabulary.json, a JSON list of words by rank (it may be empty), or a word index as
/// above. Throws DataError naming the file.
[[nodiscard]] Vocabulary read_vocabulary(const std::filesystem::path& path);

}  // namespace cellwise::data
