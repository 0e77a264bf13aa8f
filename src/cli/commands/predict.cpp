#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/commands/predict.h"
#include "cli/flags/model_flags.h"
#include "cli/flags/predict_explanation.h"
#include "cli/flags/predict_input.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "cli/terminal/terminal.h"
#include "core/error.h"
#include "core/log.h"
#include "data/reviews/text_reviews.h"
#include "records/predictions.h"
#include "report/text/predictions_text.h"

namespace cellwise::cli {
namespace {

struct PredictOptions : PredictorRequest {
    TextFlags texts;
    ExplainFlags explanation;
    std::string format = "text";
    std::string json;
};

void warn_of_unknown_words(const std::vector<records::PredictionRecord>& records) {
    const auto blind = std::count_if(records.begin(), records.end(),
                                     [](const auto& record) { return record.unknown == record.words; });
    if (blind == 0) return;
    log::warning(fmt::format("{} of {} texts have no word that the model knows: what it says of them means nothing",
                             blind, records.size()));
}

std::vector<records::PredictionRecord> predict(Predictor& predictor, const data::TextReviews& reviews,
                                               TextInput input) {
    auto& texts = input.texts;
    const auto& labels = predictor.configuration().data.texts;
    const auto probabilities = predictor.probabilities(reviews.padded);
    std::vector<records::PredictionRecord> records;
    records.reserve(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
        records.push_back({std::move(texts[i]), static_cast<double>(probabilities[i]), reviews.counts[i].words,
                           reviews.counts[i].unknown, std::nullopt});
        auto& record = records.back();
        if (!labels.positive_label.empty()) record.positive_name = labels.positive_label;
        if (!labels.negative_label.empty()) record.negative_name = labels.negative_label;
        for (std::size_t column = 0; column < input.columns.size(); ++column) {
            record.columns.emplace_back(input.columns[column], std::move(input.cells[i][column]));
        }
    }
    return records;
}

std::string text_of(const std::vector<records::PredictionRecord>& records, const PredictOptions& options,
                    const Output& out) {
    if (options.format == "csv") return records::predictions_csv(records);
    if (options.format == "jsonl") return records::predictions_jsonl(records);
    return report::predictions_text(records, static_cast<std::size_t>(options.explanation.top_words),
                                    wants_colour(out.stream()));
}

void run_predict(PredictOptions options) {
    const Output out(options.json);
    if (options.threads < 0) throw UsageError("--threads must be 0 or more");
    options.explanation.validate();
    if (options.json == "-" && options.format != "text") {
        throw UsageError(
            fmt::format("--json - and --format {} both want standard output: leave one out, or name a "
                        "file with --json",
                        options.format));
    }
    options.explain = options.explanation;
    const auto predictor = load_predictor(options);
    const auto& configuration = predictor->configuration();
    const auto* const words = predictor->words();
    auto input = options.texts.read(configuration.data, options.ids);
    const auto vocabulary_size = configuration.model.vocabulary_size;
    const auto length = static_cast<std::size_t>(configuration.length);
    const auto reviews = words != nullptr ? data::encode_texts(input.texts, *words, vocabulary_size, length)
                                          : data::encode_ids(input.texts, vocabulary_size, length);
    auto records = predict(*predictor, reviews, std::move(input));
    if (!options.ids) warn_of_unknown_words(records);
    if (options.explanation.wanted()) predictor->explain(records, reviews);
    if (options.format == "text" && !out.wants_json() && ::isatty(STDOUT_FILENO) == 1) {
        log::notice("probability, label, share of words that the model does not know, text:");
    }
    out.print(text_of(records, options, out));
    if (!out.wants_json()) return;
    out.write_json(with_schema("predictions", {{"model", options.model.path},
                                               {"cell", cell_name(configuration.cells.front())},
                                               {"length", configuration.length},
                                               {"predictions", records::predictions_json(records)}}));
}

}  // namespace

void add_predict(CLI::App& app) {
    auto options = std::make_shared<PredictOptions>();
    auto* command = add_command(app, "predict");
    command->add_option("--model", options->model.path, "the model")
        ->required()
        ->type_name("RUN|FILE.keras|FILE.weights.h5");
    options->texts.add_to(*command);
    command->add_flag("--ids", options->ids,
                      "the reviews are word ids between blanks, as Keras's load_data gives them, not text");
    add_model_flags(*command, options->model);
    add_vocabulary_flags(*command, options->words);
    options->explanation.add_to(*command);
    command->add_option("--device", options->device, "auto, cpu, cuda or cuda:N")->capture_default_str();
    command->add_option("--threads", options->threads, "processor threads, 0 = all")->capture_default_str();
    command
        ->add_option("--format", options->format,
                     "what is printed: text, csv (with --explain a row for each word) or jsonl (an object a line)")
        ->capture_default_str()
        ->check(CLI::IsMember({"text", "csv", "jsonl"}));
    command->add_option("--json", options->json, "write the predictions as JSON to a file, or - for standard output")
        ->type_name("FILE");
    add_display_flags(*command);
    command->callback([options] { run_predict(*options); });
    command->footer(
        "Examples:\n"
        "  cellwise predict --model runs/gru \"A wonderful film.\"\n"
        "  cellwise predict --model runs/gru --explain gradients \"A wonderful film.\"   word by word\n"
        "  cellwise predict --model runs/gru --file reviews.csv --text-column review --format csv > predicted.csv\n"
        "  cellwise predict --model model.keras --file reviews.txt --json -");
}

}  // namespace cellwise::cli
