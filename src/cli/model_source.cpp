#include "cli/model_source.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/log.h"
#include "core/paths.h"
#include "data/locate.h"
#include "data/word_index.h"
#include "interchange/file_kind.h"
#include "interchange/keras_file.h"
#include "interchange/keras_layout.h"
#include "interchange/pytorch_state.h"
#include "training/run_folder.h"
#include "training/setting_text.h"

namespace cellwise::cli {
namespace fs = std::filesystem;
namespace {

/// What --config describes: one model.
training::Configuration described_by(const std::string& path) {
    training::Configuration configuration;
    if (is_folder(path)) {
        configuration = training::RunFolder::load_configuration(path);
    } else {
        training::apply_toml_file(configuration, path);
    }
    if (configuration.cells.size() != 1) {
        throw UsageError(
            fmt::format("--config '{}' names {} cells: it must describe one model", path, configuration.cells.size()));
    }
    return configuration;
}

ModelSource load_run(const ModelFlags& flags) {
    if (!flags.config.empty() || !flags.stack.empty()) {
        throw UsageError(
            fmt::format("--config and --stack are for files of weights: the run '{}' has its own layers", flags.path));
    }
    ModelSource source;
    source.is_run = true;
    auto run = training::RunFolder::load(flags.path);
    source.model = run.model;
    source.configuration = std::move(run.configuration);
    source.vocabulary = std::move(run.vocabulary);
    return source;
}

/// A file of Keras or PyTorch: what is in it decides.
interchange::KerasModel read_model_file(const std::string& path, const interchange::LayerHints& hints) {
    if (!interchange::is_safetensors(path)) return interchange::read_keras_file(path, hints);
    return interchange::read_pytorch_state(path, hints.options ? hints.options->recurrent_layers() : hints.stack);
}

/// A folder is a run, or one that tells what else it is by its files.
bool is_run(const fs::path& path) {
    return fs::is_directory(path) && !interchange::is_unpacked_keras(path) &&
           interchange::describe_folder(path).empty();
}

ModelSource load_model_file(const ModelFlags& flags) {
    if (!flags.config.empty() && !flags.stack.empty()) {
        throw UsageError("give the layers with --config or with --stack, not both");
    }
    std::optional<training::Configuration> described;
    interchange::LayerHints hints;
    if (!flags.config.empty()) {
        described = described_by(flags.config);
        hints.options = described->model_for(described->cells.front());
    }
    if (!flags.stack.empty()) training::setting_text::parse(flags.stack, "--stack", hints.stack);
    auto keras = read_model_file(flags.path, hints);

    ModelSource source;
    source.model = interchange::classifier_of(keras);
    auto& configuration = source.configuration;
    configuration.model = keras.options;
    configuration.cells = {keras.options.cell};
    configuration.data.vocabulary_size = keras.options.vocabulary_size;
    configuration.training.learning_rate = configuration.training.effective_learning_rate();
    source.notes = std::move(keras.notes);
    if (keras.length || described) {
        configuration.length = keras.length ? *keras.length : described->length;
    } else if (flags.length == 0) {
        source.notes.push_back(fmt::format("'{}' does not say how many words a review has: {} are taken (--length)",
                                           flags.path, configuration.length));
    }
    return source;
}

}  // namespace

void ModelFlags::add_to(CLI::App& command) {
    command.add_option("--length", length, "words a review is padded or cut to; 0: the model's, else 200")
        ->capture_default_str();
    add_layers_to(command);
}

void ModelFlags::add_layers_to(CLI::App& command) {
    command.add_option("--config", config, "for weights alone: a run or TOML file that describes their layers")
        ->type_name("RUN|FILE");
    command
        .add_option("--stack", stack,
                    "for weights alone: their layers, first to last, CELL:SIZE with :bidirectional, :before behind it")
        ->type_name("LAYERS");
}

ModelSource ModelFlags::load() const {
    if (length < 0) throw UsageError(fmt::format("--length is {}: it must be 0 or more", length));
    if (!is_there(path))
        throw DataError(fmt::format("there is no run folder or model file '{}'{}", path, nearest_entry(path)));
    auto source = is_run(path) ? load_run(*this) : load_model_file(*this);
    if (length > 0) source.configuration.length = length;
    source.configuration.validate();
    for (const auto& note : source.notes) log::notice(note);
    return source;
}

void VocabularyFlags::add_to(CLI::App& command) {
    command
        .add_option("--vocabulary", vocabulary,
                    "words by rank: a run's vocabulary.json or Keras's imdb_word_index.json")
        ->type_name("FILE");
    command.add_option("--data", data, "where imdb_word_index.json lies; default: see docs/data.md")->type_name("PATH");
}

data::Vocabulary VocabularyFlags::of(const ModelSource& source) const {
    if (!vocabulary.empty()) return data::read_vocabulary(vocabulary);
    if (source.is_run) return source.vocabulary;
    const auto index = data::find_word_index(data.empty() ? std::nullopt : std::optional(data));
    return index ? data::Vocabulary(data::read_word_index(*index)) : data::Vocabulary();
}

data::Vocabulary VocabularyFlags::required(const ModelSource& source, const std::string& model_path) const {
    auto words = of(source);
    if (words.size() > 0) return words;
    throw DataError(
        fmt::format("there are no words for '{}': put Keras's imdb_word_index.json into the data folder (--data), or "
                    "name a file with --vocabulary",
                    model_path));
}

}  // namespace cellwise::cli
