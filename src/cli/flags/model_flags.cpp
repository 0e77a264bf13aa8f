#include "cli/flags/model_flags.h"

#include <CLI/CLI.hpp>

namespace cellwise::cli {

void add_model_flags(CLI::App& command, verbs::ModelRequest& request) {
    command.add_option("--length", request.length, "words a review is padded or cut to; 0: the model's, else 200")
        ->capture_default_str();
    add_layer_flags(command, request);
}

void add_layer_flags(CLI::App& command, verbs::ModelRequest& request) {
    command.add_option("--config", request.config, "for weights alone: a run or TOML file that describes their layers")
        ->type_name("RUN|FILE");
    command
        .add_option("--stack", request.stack,
                    "for weights alone: their layers, first to last, CELL:SIZE with :bidirectional, :before behind it")
        ->type_name("LAYERS");
}

void add_vocabulary_flags(CLI::App& command, verbs::VocabularyRequest& request) {
    command
        .add_option("--vocabulary", request.vocabulary,
                    "words by rank: a run's vocabulary.json or Keras's imdb_word_index.json")
        ->type_name("FILE");
    command.add_option("--data", request.data, "where imdb_word_index.json lies; default: see docs/data.md")
        ->type_name("PATH");
}

}  // namespace cellwise::cli
