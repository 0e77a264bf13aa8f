#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/reviews/text_table.h"

namespace cellwise::data {

/// The names of the folders of .txt files in a folder, sorted: its labels. Hidden folders do not count.
[[nodiscard]] std::vector<std::string> labels_in(const std::filesystem::path& folder);

/// Reads a folder that holds one folder of .txt files for each of two labels, as in {neg,pos}/*.txt. Where
/// label_of_word knows both names, they say which label is positive (1); else the first by name is 0 and the
/// second 1, with a notice. The texts come sorted by label and file name; hidden files and files of other
/// kinds are passed over. Throws DataError naming the folder or file: other than two labels, two names for
/// the same one, a folder that cannot be read, a text that is too large, not UTF-8 or without words.
/// The settings may name the positive and the negative folder, and say the encoding and what to do with empty texts.
[[nodiscard]] LabelledTexts read_label_folder(const std::filesystem::path& folder, const TextSettings& settings = {});

}  // namespace cellwise::data
