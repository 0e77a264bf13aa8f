#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/flags/model_flags.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/error.h"
#include "core/log.h"
#include "core/paths.h"
#include "runs/environment.h"
#include "runs/fresh_folder.h"
#include "runs/run_folder.h"
#include "tasks/sentiment/run_files.h"
#include "verbs/model_source.h"

namespace cellwise::cli {
namespace {

struct ImportOptions {
    verbs::ModelRequest model;
    verbs::VocabularyRequest words;
    std::string output;
    std::string json;
};

std::filesystem::path write_run(const verbs::ModelSource& source, const data::Vocabulary& vocabulary,
                                const ImportOptions& options) {
    const auto name = std::filesystem::path(options.model.path).stem().stem().string();
    const auto folder = runs::RunFolder::create(options.output.empty() ? runs::fresh_run_folder(name)
                                                                       : std::filesystem::path(options.output));
    auto environment = runs::environment_json("import", source.configuration, {}, nlohmann::ordered_json::object());
    environment["imported_from"] = std::filesystem::absolute(options.model.path).string();
    folder.write_environment(environment);
    folder.write_configuration(to_toml(source.configuration));
    sentiment::write_vocabulary(folder.path(), vocabulary);
    folder.write_metrics({}, false);
    sentiment::write_model(folder.path(), source.model);
    return folder.path();
}

void run_import(const ImportOptions& options) {
    const Output out(options.json);
    const auto source = verbs::load_model(options.model);
    if (source.is_run) {
        throw UsageError(fmt::format("'{}' is a run already: name a model of Keras or PyTorch", options.model.path));
    }
    const auto vocabulary = verbs::words_of(options.words, source);
    if (vocabulary.size() == 0) {
        log::warning(
            "no imdb_word_index.json was found (--data, --vocabulary): the run has no words, so predict will "
            "want --vocabulary");
    }
    const auto path = write_run(source, vocabulary, options);

    std::string layers;
    auto list = nlohmann::ordered_json::array();
    for (const auto& layer : source.configuration.model.recurrent_layers()) {
        layers += (layers.empty() ? "" : ", ") + models::format_layer(layer);
        list.push_back(models::format_layer(layer));
    }
    const auto& model = source.configuration.model;
    out.print(fmt::format("{}: embedding {} x {}, {}{}{}, dense 1; {} parameters; reviews of {} words\nwritten to {}\n",
                          options.model.path, model.vocabulary_size, model.embedding_size, layers,
                          model.batch_norm ? ", batch norm" : "",
                          model.dropout > 0 ? fmt::format(", dropout {}", model.dropout) : "",
                          source.model->parameter_count(), source.configuration.length, path.string()));
    out.write_json(with_schema("import", {{"file", options.model.path},
                                          {"run", path.string()},
                                          {"cell", cell_name(source.cell())},
                                          {"layers", list},
                                          {"vocabulary_size", model.vocabulary_size},
                                          {"embedding_size", model.embedding_size},
                                          {"batch_norm", model.batch_norm},
                                          {"dropout", model.dropout},
                                          {"length", source.configuration.length},
                                          {"parameters", source.model->parameter_count()},
                                          {"words", vocabulary.size()},
                                          {"notes", source.notes}}));
}

}  // namespace

void add_import(CLI::App& app) {
    auto options = std::make_shared<ImportOptions>();
    auto* command = add_command(app, "import");
    command->add_option("file", options->model.path, "the model: .keras, .h5, .weights.h5 or .safetensors")
        ->required()
        ->type_name("FILE");
    command->add_option("--output", options->output, "the folder that becomes the run")
        ->type_name("DIR")
        ->default_str("runs/<date>-<name>");
    add_model_flags(*command, options->model);
    add_vocabulary_flags(*command, options->words);
    command->add_option("--json", options->json, "write what was read as JSON to a file, or - for standard output")
        ->type_name("FILE");
    add_display_flags(*command);
    command->callback([options] { run_import(*options); });
    command->footer("Example:\n  cellwise import model.keras --output runs/keras");
}

}  // namespace cellwise::cli
