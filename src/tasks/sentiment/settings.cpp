// The settings of reviews: the one list that flags, config.toml and JSON are made from.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "learning/option_text.h"
#include "settings/setting_text.h"
#include "settings/toml.h"
#include "tasks/sentiment/configuration.h"
#include "tasks/sentiment/model_text.h"

namespace cellwise::sentiment {
namespace {

// What a setting decides, where that is not all: the result, what --resume keeps, and the kind of run.
constexpr settings::Effect runs_it{false, false, false};    // how it is run, not what comes of it
constexpr settings::Effect finds_data{false, false, true};  // where the data lies: its hash is what counts
constexpr settings::Effect reads_texts{false, true, true};  // how texts are read: the data's hash tells what came of it
constexpr settings::Effect sums_up{false, true, false};     // a name for others' values, or which runs there are beside
constexpr settings::Effect tells_runs{true, true, false};   // which of the runs it is

template <class Value>
constexpr settings::Shape shape_of() {
    if constexpr (std::is_same_v<Value, bool>) return settings::Shape::flag;
    if constexpr (std::is_same_v<Value, double>) return settings::Shape::number;
    if constexpr (std::is_same_v<Value, std::optional<double>>) return settings::Shape::optional_number;
    if constexpr (std::is_integral_v<Value>) return settings::Shape::count;
    if constexpr (std::is_same_v<Value, std::vector<Cell>>) return settings::Shape::list;
    if constexpr (std::is_same_v<Value, std::optional<std::string>>) return settings::Shape::path;
    return settings::Shape::text;
}

}  // namespace

std::vector<settings::Setting> settings_of(Configuration& c) {
    using learning::format;
    using learning::parse;
    using sentiment::format;
    using sentiment::parse;
    using settings::format;
    using settings::parse;
    std::vector<settings::Setting> list;
    const auto add = [&]<class Value>(const char* key, Value& value, const char* help, settings::Effect effect = {}) {
        list.push_back({key, help, shape_of<Value>(), effect, [&value] { return format(value); },
                        [&value, &c](std::string_view text, std::string_view where) {
                            parse(text, where, value);
                            // One number serves both the word ids and the embedding's rows.
                            c.data.vocabulary_size = c.model.vocabulary_size;
                        }});
    };
    add("preset", c.preset, "tutorial, clipped (clip-norm 1) or regularised (clipped, batch norm, weight decay)",
        sums_up);
    add("cells", c.cells, "cells to run: simple_rnn, lstm, gru", tells_runs);
    add("vocabulary_size", c.model.vocabulary_size, "most frequent words kept, special ids included");
    add("length", c.length, "words a review is padded or cut to, at the front");
    add("embedding_size", c.model.embedding_size, "numbers in a word's vector");
    add("hidden_size", c.model.hidden_size, "units of each recurrent layer");
    add("layers", c.model.layers, "recurrent layers");
    add("bidirectional", c.model.bidirectional, "read in both directions");
    add("stack", c.model.stack,
        "layers that differ, first to last: CELL:SIZE, with :bidirectional, :before, :dropout=SHARE behind it");
    add("dropout", c.model.dropout, "share of values dropped between layers and before the dense layer");
    add("batch_norm", c.model.batch_norm, "batch norm between the last hidden state and the dense layer");
    add("gru_reset", c.model.gru_reset, "apply the GRU's reset gate after or before the recurrent product");
    add("optimizer", c.training.optimizer, "adam or sgd");
    add("learning_rate", c.training.learning_rate, "0 stands for the optimizer's default: adam 0.001, sgd 0.01");
    add("momentum", c.training.momentum, "momentum of sgd");
    add("clip_norm", c.training.clip_norm, "largest L2 norm of each variable's gradient, 0 = off");
    add("global_clip_norm", c.training.global_clip_norm, "largest L2 norm of all gradients together, 0 = off");
    add("weight_decay", c.training.weight_decay, "weight decay, 0 = off");
    add("weight_decay_mode", c.training.weight_decay_mode,
        "coupled (joins the gradient, as torch.optim) or decoupled (as Keras, AdamW)");
    add("l2", c.training.l2, "penalty l2*|W|^2 on the kernels, part of the loss, 0 = off");
    add("epochs", c.training.epochs, "passes over the training reviews");
    add("batch_size", c.training.batch_size, "reviews in a training step");
    add("schedule", c.training.schedule, "how the learning rate changes: constant, step, cosine or plateau");
    add("schedule_epochs", c.training.schedule_epochs, "step: epochs between two changes of the rate");
    add("schedule_factor", c.training.schedule_factor, "step, plateau: what the rate is multiplied by");
    add("schedule_patience", c.training.schedule_patience, "plateau: epochs without improvement before a change");
    add("schedule_minimum", c.training.schedule_minimum, "cosine, plateau: the least learning rate");
    add("early_stopping", c.training.early_stopping,
        "end after this many epochs without improvement, with the best epoch's weights; 0 = off");
    add("monitor", c.training.monitor,
        "what early stopping and plateau watch: validation_loss, validation_accuracy, train_loss, train_accuracy");
    add("validation_split", c.validation_split,
        "share of the training reviews, the last ones, held out for validation; 0: the test reviews validate");
    add("seed", c.seed, "the first seed: weights, data order, dropout", tells_runs);
    add("seeds", c.seeds, "how many seeds (N: seed ... seed+N-1), or a list as 3,7,11", sums_up);
    add("threads", c.threads, "processor threads, 0 = all", runs_it);
    add("jobs", c.jobs, "runs side by side, sharing the threads, 0 = what is quickest; results do not depend on it",
        runs_it);
    add("baseline", c.baseline, "also test TF-IDF with logistic regression, and a mean of embeddings", sums_up);
    add("device", c.device, "auto, cpu, cuda or cuda:N", tells_runs);
    add("deterministic", c.deterministic, "on a GPU: the same bits every time, at some cost (a CPU's are always)");
    add("tf32", c.tf32, "on a GPU: faster matrix products whose factors are rounded to 10 bits");
    add("engine", c.model.engine, "auto, fused or torch");
    add("precision", c.training.precision, "float32, bfloat16 (its products; fused engine) or float64 (torch engine)");
    add("checkpoint_every", c.checkpoint_every, "steps between two checkpoints, 0 = one after every epoch", runs_it);
    add("data", c.data.path,
        "archive, folder, imdb.npz, CSV or JSONL, or a folder for each of two labels; default: see docs/data.md",
        finds_data);
    add("test_data", c.data.test_path,
        "a second CSV, JSONL or folder with test texts, in addition to data; default: a fifth of data", finds_data);
    add("offline", c.data.offline, "never download", runs_it);
    add("limit", c.data.limit, "use only the first N reviews of each split, 0 = all");
    add("text_column", c.data.text_column, "column of the text in a CSV or JSONL file");
    add("label_column", c.data.label_column, "column of the label in a CSV or JSONL file");
    add("no_header", c.data.texts.no_header, "a table's first line is a row; its columns are numbers, from 1",
        reads_texts);
    add("delimiter", c.data.texts.delimiter, "the character between cells: , ; | or tab; default: detected",
        reads_texts);
    add("quoting", c.data.texts.quoting, "what double quotes in a table are: auto, standard or none (letters)",
        reads_texts);
    add("encoding", c.data.texts.encoding, "encoding of your own texts: utf-8, cp949, latin-1 or utf-16", reads_texts);
    add("positive_label", c.data.texts.positive_label, "the positive label, if the labels are not known words",
        reads_texts);
    add("negative_label", c.data.texts.negative_label, "the label that is negative", reads_texts);
    add("positive_from", c.data.texts.positive_from, "labels are numbers (stars), positive from this one on",
        reads_texts);
    add("drop_duplicates", c.data.texts.drop_duplicates, "leave repeated texts out", reads_texts);
    add("empty_texts", c.data.texts.empty_texts, "texts without words: refuse or drop", reads_texts);
    return list;
}

void set_from_text(Configuration& configuration, std::string_view key, std::string_view text, std::string_view where) {
    settings::setting_named(settings_of(configuration), key, where).set(text, where);
}

settings::Values values_of(const Configuration& configuration) {
    auto copy = configuration;
    settings::Values values;
    for (const auto& setting : settings_of(copy)) values.emplace_back(setting.key, setting.text());
    return values;
}

std::string text_of(const Configuration& configuration, std::string_view key) {
    auto copy = configuration;
    return settings::setting_named(settings_of(copy), key, key).text();
}

nlohmann::ordered_json configuration_json(const Configuration& configuration) {
    auto copy = configuration;
    return settings::settings_json(settings_of(copy));
}

std::string to_toml(const Configuration& configuration) {
    auto copy = configuration;
    return settings::to_toml(settings_of(copy));
}

void apply_toml_file(Configuration& configuration, const std::string& path) {
    const auto values = settings::read_toml(path);
    const auto preset = std::ranges::find(values, "preset", &settings::Values::value_type::first);
    if (preset != values.end()) configuration.apply_preset(preset->second);
    const auto list = settings_of(configuration);
    for (const auto& [key, text] : values) {
        const auto where = settings::place_in(path, key);
        settings::setting_named(list, key, where).set(text, where);
    }
}

settings::Origin origin_of(const Configuration& configuration, const std::string& data_sha256) {
    auto copy = configuration;
    return settings::origin_of(settings_of(copy), data_sha256);
}

}  // namespace cellwise::sentiment
