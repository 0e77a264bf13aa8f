#pragma once

#include <filesystem>

#include "data/reviews/load_data.h"

namespace cellwise::data {

/// Reads Keras's imdb.npz (x_train, y_train, x_test, y_test) and, unless `word_index` is empty, the
/// word index. Throws DataError naming the file and array.
[[nodiscard]] Prepared prepare_npz(const std::filesystem::path& npz, const std::filesystem::path& word_index);

}  // namespace cellwise::data
