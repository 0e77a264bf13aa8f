#include "verbs/model_source.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/log.h"
#include "core/paths.h"
#include "data/reviews/locate.h"
#include "data/reviews/word_index.h"
#include "interchange/file_kind.h"
#include "interchange/keras_file.h"
#include "interchange/keras_layout.h"
#include "interchange/pytorch_state.h"
#include "tasks/sentiment/model_text.h"
#include "tasks/sentiment/run_files.h"
#include "tasks/sentiment/run_folder_files.h"

namespace cellwise::verbs {
namespace fs = std::filesystem;
namespace {

/// What --config describes: one model.
sentiment::Configuration described_by(const std::string& path) {
    sentiment::Configuration configuration;
    if (is_folder(path)) {
        configuration = sentiment::load_configuration(path);
    } else {
        sentiment::apply_toml_file(configuration, path);
    }
    if (configuration.cells.size() != 1) {
        throw UsageError(
            fmt::format("--config '{}' names {} cells: it must describe one model", path, configuration.cells.size()));
    }
    return configuration;
}

ModelSource load_run(const ModelRequest& request) {
    if (!request.config.empty() || !request.stack.empty()) {
        throw UsageError(fmt::format("--config and --stack are for files of weights: the run '{}' has its own layers",
                                     request.path));
    }
    ModelSource source;
    source.is_run = true;
    auto run = sentiment::load_run(request.path);
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

ModelSource load_model_file(const ModelRequest& request) {
    if (!request.config.empty() && !request.stack.empty()) {
        throw UsageError("give the layers with --config or with --stack, not both");
    }
    std::optional<sentiment::Configuration> described;
    interchange::LayerHints hints;
    if (!request.config.empty()) {
        described = described_by(request.config);
        hints.options = described->model_for(described->cells.front());
    }
    if (!request.stack.empty()) sentiment::parse(request.stack, "--stack", hints.stack);
    auto keras = read_model_file(request.path, hints);

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
    } else if (request.length == 0) {
        source.notes.push_back(fmt::format("'{}' does not say how many words a review has: {} are taken (--length)",
                                           request.path, configuration.length));
    }
    return source;
}

}  // namespace

ModelSource load_model(const ModelRequest& request) {
    if (request.length < 0) {
        throw UsageError(fmt::format("--length is {}: it must be 0 or more", request.length));
    }
    if (!is_there(request.path))
        throw DataError(
            fmt::format("there is no run folder or model file '{}'{}", request.path, nearest_entry(request.path)));
    auto source = is_run(request.path) ? load_run(request) : load_model_file(request);
    if (request.length > 0) source.configuration.length = request.length;
    source.configuration.validate();
    for (const auto& note : source.notes) log::notice(note);
    return source;
}

data::Vocabulary words_of(const VocabularyRequest& request, const ModelSource& source) {
    if (!request.vocabulary.empty()) return data::read_vocabulary(request.vocabulary);
    if (source.is_run) return source.vocabulary;
    const auto index = data::find_word_index(request.data.empty() ? std::nullopt : std::optional(request.data));
    return index ? data::Vocabulary(data::read_word_index(*index)) : data::Vocabulary();
}

data::Vocabulary required_words(const VocabularyRequest& request, const ModelSource& source,
                                const std::string& model_path) {
    auto words = words_of(request, source);
    if (words.size() > 0) return words;
    throw DataError(
        fmt::format("there are no words for '{}': put Keras's imdb_word_index.json into the data folder (--data), or "
                    "name a file with --vocabulary",
                    model_path));
}

}  // namespace cellwise::verbs
