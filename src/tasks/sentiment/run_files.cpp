#include "tasks/sentiment/run_files.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/error.h"
#include "data/reviews/word_index.h"
#include "learning/model_file.h"

namespace cellwise::sentiment {
namespace fs = std::filesystem;
namespace {

fs::path configuration_path(const fs::path& run) { return run / "config.toml"; }
fs::path model_path(const fs::path& run) { return run / "model.safetensors"; }
fs::path vocabulary_path(const fs::path& run) { return run / "vocabulary.json"; }

}  // namespace

void write_vocabulary(const fs::path& folder, const data::Vocabulary& vocabulary) {
    write_file_atomically(vocabulary_path(folder), nlohmann::json(vocabulary.words_by_rank()).dump(0) + "\n");
}

void write_model(const fs::path& folder, const models::Classifier& model) {
    learning::save_model(model, model_path(folder));
}

Configuration load_configuration(const fs::path& folder) {
    if (!fs::is_directory(folder)) {
        throw DataError(fmt::format("there is no run folder '{}'", folder.string()));
    }
    Configuration configuration;
    try {
        apply_toml_file(configuration, configuration_path(folder).string());
        configuration.validate();
    } catch (const UsageError& error) {  // a wrong value in a run's file is a broken file, not a wrong flag
        throw DataError(fmt::format("'{}': {}", configuration_path(folder).string(), error.what()));
    }
    if (configuration.cells.size() != 1) {
        throw DataError(
            fmt::format("'{}' is not the run of one model: name one of the folders in it", folder.string()));
    }
    return configuration;
}

Run load_run(const fs::path& folder) {
    Run run;
    run.configuration = load_configuration(folder);
    run.model =
        models::Classifier(run.configuration.model_for(run.configuration.cells.front()), run.configuration.seed);
    learning::load_model(run.model, model_path(folder));
    run.vocabulary = data::read_vocabulary(vocabulary_path(folder));
    return run;
}

}  // namespace cellwise::sentiment
