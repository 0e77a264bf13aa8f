#pragma once

#include <cstdint>
#include <string>

#include "data/vocabulary.h"

namespace CLI {
class App;
}

namespace cellwise::cli {

struct ModelSource;  // model_source.h: what is loaded sees Torch, the flags do not

/// The flags with which a command takes a model: RUN, FILE.keras or FILE.weights.h5, and what such a
/// file may not say by itself.
struct ModelFlags {
    std::string path;
    std::int64_t length = 0;  ///< --length; 0: the run's or the file's, else 200
    std::string config;       ///< --config: a run or TOML file that describes the layers of a .weights.h5
    std::string stack;        ///< --stack: these layers, spelt out

    /// Adds --length, --config and --stack.
    void add_to(CLI::App& command);
    /// Adds --config and --stack.
    void add_layers_to(CLI::App& command);
    /// Reads the model and prints the notes. Throws DataError (missing, broken or not representable),
    /// UsageError.
    [[nodiscard]] ModelSource load() const;
};

/// The flags that say where the words of a model come from.
struct VocabularyFlags {
    std::string vocabulary;  ///< --vocabulary: a vocabulary.json or Keras's word index
    std::string data;        ///< --data: where imdb_word_index.json lies

    /// Adds --vocabulary, and --data with this help.
    void add_to(CLI::App& command);
    /// The words by rank: of --vocabulary, else the run's, else of Keras's word index in the data
    /// folder; empty if there is none. Throws DataError.
    [[nodiscard]] data::Vocabulary of(const ModelSource& source) const;
    /// The same; throws DataError naming the model where there are none.
    [[nodiscard]] data::Vocabulary required(const ModelSource& source, const std::string& model_path) const;
};

}  // namespace cellwise::cli
