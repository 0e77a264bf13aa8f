#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/reviews/load_data.h"
#include "data/reviews/locate.h"

namespace cellwise::data {

/// One's own labelled texts and how they are read.
struct OwnTexts {
    Location train;                ///< a table or a folder of two labels
    std::optional<Location> test;  ///< a second one to test with; nothing: a part of the first
    std::string text_column, label_column;
    /// The words by rank that the texts are read by (a model's); empty: those of the train split, the most
    /// frequent first, equally frequent ones by their bytes.
    std::vector<std::string> words_by_rank;
    TextSettings settings = {};
};

/// Reads and splits them. Without a second file the texts are shuffled by a fixed seed, the first four
/// fifths (rounded down) are train, the others test, so the same file always gives the same splits. If that
/// leaves a side without one of the labels, each label is split so for itself, with a notice. With
/// a second file, each is shuffled for itself. A notice counts the test texts that stand among the texts to train on;
/// with settings.drop_duplicates a text stands once, and nowhere on both sides. Throws DataError for fewer than two
/// texts, for texts to train on that all have one label, and what read_table and read_label_folder throw.
[[nodiscard]] Prepared prepare_own_texts(const OwnTexts& own);

/// The texts of `own.test` alone, all of them, as the test split: what a trained model is tested with. The words
/// must be given. Throws what read_table and read_label_folder throw.
[[nodiscard]] Prepared prepare_test_texts(const OwnTexts& own);

}  // namespace cellwise::data
