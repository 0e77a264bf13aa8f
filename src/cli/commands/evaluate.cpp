#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/flags/model_flags.h"
#include "cli/flags/settings.h"
#include "cli/flags/table_flags.h"
#include "cli/terminal/output.h"
#include "core/error.h"
#include "core/model_title.h"
#include "data/reviews/dataset.h"
#include "data/reviews/locate.h"
#include "learning/device.h"
#include "learning/inference.h"
#include "runs/run_folder.h"
#include "tasks/sentiment/configuration.h"
#include "verbs/model_source.h"

namespace cellwise::cli {
namespace {

struct EvaluateOptions {
    verbs::ModelRequest model;
    std::string json;
    data::DataOptions data;  ///< --data, --test-data, the columns and --offline; the rest is the run's
    TableFlags table;
    std::optional<std::int64_t> limit;
    std::string vocabulary;
    std::string device = "auto";
    std::int64_t threads = 0;
};

/// The words by which a model reads texts that do not come with their own: a run's, a named file's, Keras's.
std::vector<std::string> words_of(const verbs::ModelSource& source, const EvaluateOptions& options) {
    const auto words = verbs::words_of({options.vocabulary, ""}, source).words_by_rank();
    if (!words.empty()) return words;
    throw DataError(fmt::format("there are no words for '{}': name them with --vocabulary", options.model.path));
}

/// Other texts are split otherwise: reviews that were trained on would be tested with.
void require_same_data(const std::string& run, const data::Source& source) {
    const auto environment = runs::RunFolder::environment_of(run);
    const auto kept = environment.value(nlohmann::json::json_pointer("/data/sha256"), std::string());
    if (kept.empty() || kept == source.sha256) return;
    throw DataError(fmt::format(
        "the data of '{}' is not what it was trained on (SHA-256 {:.12}…, now {:.12}…): its test reviews may "
        "be others now.\nTo test on '{}' all the same, name it with --data",
        run, kept, source.sha256, source.path));
}

/// The reviews to test with.
data::Dataset test_reviews(const verbs::ModelSource& source, const EvaluateOptions& options) {
    const auto& given = options.data;
    auto where = source.configuration.data;
    if (options.limit) where.limit = *options.limit;  // else the run's
    where.offline = given.offline;
    if (!given.text_column.empty()) where.text_column = given.text_column;
    if (!given.label_column.empty()) where.label_column = given.label_column;
    options.table.apply_to(where.texts);
    if (given.test_path) {
        where.test_path = given.test_path;
        where.words_by_rank = words_of(source, options);
        return data::load_test_texts(where);
    }
    if (given.path) {
        where.path = given.path;
        where.test_path.reset();
    }
    const bool is_own = where.path && *where.path != "synthetic" && data::is_own(data::locate(*where.path).form);
    if (is_own || !options.vocabulary.empty()) {
        where.words_by_rank = words_of(source, options);
    } else {
        where.words_by_rank = source.vocabulary.words_by_rank();  // CELLWISE_DATA may name one's own, too
    }
    auto dataset = data::load_dataset(where);
    if (source.is_run && !given.path) require_same_data(options.model.path, dataset.source);
    return dataset;
}

void run_evaluate(const EvaluateOptions& options) {
    const Output out(options.json);
    if (options.threads < 0) throw UsageError("--threads must be 0 or more");
    learning::set_threads(options.threads);
    const auto device = learning::resolve_device(options.device);
    auto source = verbs::load_model(options.model);
    const auto dataset = test_reviews(source, options);
    const auto test = data::pad(dataset.test, static_cast<std::size_t>(source.configuration.length));
    if (test.size() == 0) throw UsageError("the test split is empty: there is nothing to evaluate on");

    const auto metrics = learning::evaluate(source.model, test, device, source.configuration.training.l2).metrics;
    const Cell cell = source.cell();
    out.print(fmt::format("{} reviews, loss {:.4f}\n{} Test Accuracy: {:.4f}\n", test.size(), metrics.loss,
                          model_title(cell, sentiment::text_of(source.configuration, "stack")), metrics.accuracy));
    out.write_json(
        with_schema("evaluation", {{"run", options.model.path},
                                   {"cell", cell_name(cell)},
                                   {"data", {{"kind", dataset.source.kind}, {"sha256", dataset.source.sha256}}},
                                   {"reviews", test.size()},
                                   {"test_loss", metrics.loss},
                                   {"test_accuracy", metrics.accuracy}}));
}

}  // namespace

void add_evaluate(CLI::App& app) {
    auto options = std::make_shared<EvaluateOptions>();
    auto* command = add_command(app, "evaluate");
    command->add_option("run", options->model.path, "the run folder, or a Keras file")
        ->required()
        ->type_name("RUN|FILE.keras|FILE.weights.h5");
    add_model_flags(*command, options->model);
    auto& data = options->data;
    data.text_column = data.label_column = "";  // the run's
    command->add_option("--data", data.path, "other data than the run's: its test reviews")->type_name("PATH");
    command->add_option("--test-data", data.test_path, "test with all texts of this table or folder of two labels")
        ->type_name("PATH")
        ->excludes("--data");
    command->add_option("--text-column", data.text_column, "the texts' column in a table; default: the run's, text");
    command->add_option("--label-column", data.label_column, "the labels' column; default: the run's, label");
    options->table.add_to(*command, true);
    command
        ->add_option("--vocabulary", options->vocabulary,
                     "the words by which a Keras file reads a table: a vocabulary.json or imdb_word_index.json")
        ->type_name("FILE");
    command->add_flag("--offline", data.offline, "never download");
    command->add_option("--limit", options->limit, "only the first N test reviews, 0 = all; default: as the run")
        ->type_name("COUNT")
        ->check(CLI::NonNegativeNumber);
    command->add_option("--device", options->device, "auto, cpu, cuda or cuda:N")->capture_default_str();
    command->add_option("--threads", options->threads, "processor threads, 0 = all")->capture_default_str();
    command->add_option("--json", options->json, "write the result as JSON to a file, or - for standard output")
        ->type_name("FILE");
    add_display_flags(*command);
    command->callback([options] { run_evaluate(*options); });
    command->footer(
        "Examples:\n  cellwise evaluate runs/gru --json -\n  cellwise evaluate model.keras\n"
        "  cellwise evaluate runs/own --test-data more.csv   all of a second table");
}

}  // namespace cellwise::cli
