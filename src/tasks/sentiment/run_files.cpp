#include "tasks/sentiment/run_files.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/paths.h"
#include "data/reviews/word_index.h"
#include "learning/model_file.h"
#include "tasks/sentiment/data_paths.h"
#include "tasks/sentiment/foreign_run.h"

namespace cellwise::sentiment {
namespace fs = std::filesystem;
namespace {

fs::path configuration_path(const fs::path& run) { return run / "config.toml"; }
fs::path model_path(const fs::path& run) { return run / "model.safetensors"; }
fs::path vocabulary_path(const fs::path& run) { return run / "vocabulary.json"; }

}  // namespace

void write_vocabulary(const fs::path& folder, const data::Vocabulary& vocabulary) {
    write_file_atomically(vocabulary_path(folder), json_text(nlohmann::json(vocabulary.words_by_rank()), 0) + "\n");
}

void write_model(const fs::path& folder, const models::Classifier& model) {
    learning::save_model(model, model_path(folder));
}

Configuration load_configuration(const fs::path& path) {
    refuse_customers(path);
    if (!is_folder(path)) {
        throw DataError(fmt::format("there is no run folder '{}'{}", path.string(), nearest_entry(path)));
    }
    Configuration configuration;
    try {
        apply_toml_file(configuration, configuration_path(path).string());
        configuration.validate();
        find_data(configuration, path);
    } catch (const UsageError& error) {  // a wrong value in a run's file is a broken file, not a wrong flag
        throw DataError(fmt::format("'{}': {}", configuration_path(path).string(), error.what()));
    }
    if (configuration.cells.size() != 1) {
        throw DataError(fmt::format("'{}' is not the run of one model: name one of the folders in it", path.string()));
    }
    return configuration;
}

Run load_run(const fs::path& path) {
    Run run;
    run.configuration = load_configuration(path);
    run.model =
        models::Classifier(run.configuration.model_for(run.configuration.cells.front()), run.configuration.seed);
    // Weights of float64 keep all of their digits, and are computed with as they were trained.
    if (run.configuration.training.precision == learning::Precision::float64) run.model->to(torch::kFloat64);
    learning::load_model(run.model, model_path(path));
    run.vocabulary = data::read_vocabulary(vocabulary_path(path));
    return run;
}

}  // namespace cellwise::sentiment
