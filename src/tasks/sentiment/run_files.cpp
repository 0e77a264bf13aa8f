#include "tasks/sentiment/run_files.h"

#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/json_text.h"
#include "data/reviews/word_index.h"
#include "learning/model_file.h"
#include "tasks/sentiment/run_folder_files.h"

namespace cellwise::sentiment {
namespace fs = std::filesystem;

void write_vocabulary(const fs::path& folder, const data::Vocabulary& vocabulary) {
    write_file_atomically(vocabulary_path(folder), json_text(nlohmann::json(vocabulary.words_by_rank()), 0) + "\n");
}

void write_model(const fs::path& folder, const models::Classifier& model) {
    learning::save_model(model, model_path(folder));
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
