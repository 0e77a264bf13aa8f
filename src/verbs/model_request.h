#pragma once

#include <cstdint>
#include <string>

namespace cellwise::verbs {

/// A model that is wanted: RUN, FILE.keras or FILE.weights.h5, and what such a file may not say by itself.
struct ModelRequest {
    std::string path;
    std::int64_t length = 0;  ///< words a review is padded or cut to; 0: the run's or the file's, else 200
    std::string config;       ///< a run or TOML file that describes the layers of a .weights.h5
    std::string stack;        ///< these layers, spelt out
};

/// Where the words of a model come from.
struct VocabularyRequest {
    std::string vocabulary;  ///< a vocabulary.json or Keras's word index
    std::string data;        ///< where imdb_word_index.json lies; empty: the usual places
};

}  // namespace cellwise::verbs
