#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/model_source.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "core/error.h"
#include "core/log.h"
#include "core/utf8.h"
#include "data/text_reviews.h"
#include "report/predictions.h"
#include "training/device.h"
#include "training/inference.h"

namespace cellwise::cli {
namespace {

struct PredictOptions {
    ModelFlags model;
    VocabularyFlags words;
    std::vector<std::string> texts;
    std::string file;
    std::string json;
    std::string device = "auto";
    std::int64_t threads = 0;
    bool ids = false;
};

/// One text a line, without the line's end; `origin` and the line's number stand in messages.
std::vector<std::string> read_lines(std::istream& input, const std::string& origin) {
    std::vector<std::string> lines;
    for (std::string line; std::getline(input, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (const auto byte = first_invalid_utf8(line)) {
            throw DataError(fmt::format("{}, line {}: not UTF-8 at its byte {}", origin, lines.size() + 1, *byte + 1));
        }
        lines.push_back(std::move(line));
    }
    if (input.bad()) throw DataError(fmt::format("{}: cannot be read to its end", origin));
    return lines;
}

std::vector<std::string> read_texts(const PredictOptions& options) {
    if (!options.texts.empty()) {
        for (const auto& text : options.texts) {
            if (first_invalid_utf8(text)) throw UsageError("a text given as argument is not UTF-8");
            if (text.empty()) throw UsageError("a text given as argument is empty");
        }
        return options.texts;
    }
    if (!options.file.empty()) {
        std::ifstream file(options.file);
        if (!file || std::filesystem::is_directory(options.file)) {
            throw DataError(fmt::format("cannot read '{}': is it there, and a file?", options.file));
        }
        return read_lines(file, fmt::format("'{}'", options.file));
    }
    if (::isatty(STDIN_FILENO) == 1) log::notice("reading reviews from the terminal, one a line; Ctrl-D ends them");
    return read_lines(std::cin, "standard input");
}

void warn_of_unknown_words(const std::vector<report::PredictionRecord>& records) {
    const auto blind = std::count_if(records.begin(), records.end(),
                                     [](const auto& record) { return record.unknown == record.words; });
    if (blind == 0) return;
    log::warning(fmt::format("{} of {} texts have no word that the model knows: what it says of them means nothing",
                             blind, records.size()));
}

std::vector<report::PredictionRecord> predict(ModelSource& source, const data::TextReviews& reviews,
                                              std::vector<std::string> texts, torch::Device device) {
    source.model->to(device);
    const auto probabilities = training::probabilities_of(source.model, reviews.padded, device);
    std::vector<report::PredictionRecord> records;
    records.reserve(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
        records.push_back({std::move(texts[i]), static_cast<double>(probabilities[i]), reviews.counts[i].words,
                           reviews.counts[i].unknown});
    }
    return records;
}

data::Vocabulary vocabulary_for(const ModelSource& source, const PredictOptions& options) {
    auto vocabulary = options.words.of(source);
    if (vocabulary.size() > 0) return vocabulary;
    throw DataError(
        fmt::format("there are no words for '{}': put Keras's imdb_word_index.json into the data folder (--data), or "
                    "name a file with --vocabulary",
                    options.model.path));
}

data::TextReviews encode(const ModelSource& source, const PredictOptions& options,
                         const std::vector<std::string>& texts) {
    const auto vocabulary_size = source.configuration.model.vocabulary_size;
    const auto length = static_cast<std::size_t>(source.configuration.length);
    if (options.ids) return data::encode_ids(texts, vocabulary_size, length);
    return data::encode_texts(texts, vocabulary_for(source, options), vocabulary_size, length);
}

void run_predict(const PredictOptions& options) {
    const Output out(options.json);
    if (options.threads < 0) throw UsageError("--threads must be 0 or more");
    if (!options.texts.empty() && !options.file.empty()) {
        throw UsageError("give texts as arguments or with --file, not both");
    }
    auto source = options.model.load();
    training::set_threads(options.threads);
    const auto device = training::resolve_device(options.device);
    auto texts = read_texts(options);
    const auto reviews = encode(source, options, texts);
    const auto records = predict(source, reviews, std::move(texts), device);
    if (!options.ids) warn_of_unknown_words(records);
    out.print(report::predictions_text(records));
    out.write_json({{"model", options.model.path},
                    {"cell", cell_name(source.cell())},
                    {"length", source.configuration.length},
                    {"predictions", report::predictions_json(records)}});
}

}  // namespace

void add_predict(CLI::App& app) {
    auto options = std::make_shared<PredictOptions>();
    auto* command = app.add_subcommand("predict", "what a trained model says of texts");
    command->add_option("--model", options->model.path, "the model")
        ->required()
        ->type_name("RUN|FILE.keras|FILE.weights.h5");
    command->add_option("text", options->texts, "reviews; without any they are read from standard input, one a line")
        ->type_name("TEXT");
    command->add_option("--file", options->file, "read the reviews from a file, one a line")->type_name("FILE");
    command->add_flag("--ids", options->ids,
                      "the reviews are word ids between blanks, as Keras's load_data gives them, not text");
    options->model.add_to(*command);
    options->words.add_to(*command);
    command->add_option("--device", options->device, "auto, cpu, cuda or cuda:N")->capture_default_str();
    command->add_option("--threads", options->threads, "processor threads, 0 = all")->capture_default_str();
    command->add_option("--json", options->json, "write the predictions as JSON to a file, or - for standard output")
        ->type_name("FILE");
    add_display_flags(*command);
    command->callback([options] { run_predict(*options); });
    command->footer(
        "Examples:\n  cellwise predict --model runs/gru \"A wonderful film.\"\n"
        "  cellwise predict --model model.keras --file reviews.txt --json -");
}

}  // namespace cellwise::cli
