#include "cli/gates_trained.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/check_table.h"
#include "cli/gates.h"
#include "cli/model_source.h"
#include "cli/settings.h"
#include "core/error.h"
#include "data/read_words.h"
#include "training/device.h"

namespace cellwise::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string layer_text(const models::Classifier& model, std::size_t layer, int direction) {
    const auto layers = model->options().recurrent_layers();
    std::string text;
    if (layers.size() > 1) text += fmt::format(", layer {} of {}", layer + 1, layers.size());
    if (layers.at(layer).bidirectional) text += direction == 1 ? ", backward" : ", forward";
    return text;
}

}  // namespace

TracedText trace_text(GatesSubject& subject, const std::string& text, const TrainedGatesOptions& options,
                      std::string_view where) {
    const auto vocabulary_size = subject.model->options().vocabulary_size;
    const auto words = data::read_words(subject.vocabulary, text, vocabulary_size, where);
    const auto length = static_cast<std::size_t>(subject.length);

    TracedText traced;
    traced.text = text;
    traced.wants_padding = options.with_padding;
    traced.rows.push_back({TracedRow::Kind::start, "(start)", data::start_id});
    for (const auto& word : words) {
        const auto kind = !word.id                       ? TracedRow::Kind::left_out
                          : *word.id == data::unknown_id ? TracedRow::Kind::unknown
                                                         : TracedRow::Kind::word;
        traced.rows.push_back({kind, word.word, word.id.value_or(0)});
    }
    // As in training, the last `length` ids are read, and padding fills up the front.
    const auto is_read = [](const TracedRow& row) { return row.kind != TracedRow::Kind::left_out; };
    auto read = static_cast<std::size_t>(std::ranges::count_if(traced.rows, is_read));
    while (read > length) {
        read -= is_read(traced.rows.front()) ? 1 : 0;
        traced.cut += traced.rows.front().kind != TracedRow::Kind::start ? 1 : 0;
        traced.rows.erase(traced.rows.begin());
    }
    traced.padding = options.with_padding ? length - read : 0;
    std::vector<std::int32_t> ids(traced.padding, data::padding_id);
    for (auto& row : traced.rows) {
        if (!is_read(row)) continue;
        row.step = ids.size();
        ids.push_back(row.id);
    }
    if (traced.padding > 0) {
        // Reading forward the last of the padding is what the text meets; reading backward, the first is the end.
        traced.rows.insert(traced.rows.begin(), {TracedRow::Kind::padding, fmt::format("(padding ×{})", traced.padding),
                                                 data::padding_id, options.direction == 1 ? 0 : traced.padding - 1});
    }
    const auto layers = subject.model->options().recurrent_layers();
    traced.layer = options.layer.value_or(layers.size() - 1);
    traced.reverse = options.direction == 1;
    traced.has_batch_norm = !subject.model->batch_norm.is_empty();
    traced.trace = lab::trace_gates(subject.model, ids, traced.layer, options.direction);
    traced.model = fmt::format("{} of {}{}", cell_title(traced.trace.cell), subject.name,
                               layer_text(subject.model, traced.layer, options.direction));
    return traced;
}

namespace {

std::vector<TracedText> trace_subject(GatesSubject& subject, const TrainedGatesOptions& options) {
    std::vector<TracedText> all;
    if (options.text) {
        all.push_back(trace_text(subject, *options.text, options, "--text"));
        return all;
    }
    for (const auto& sentence : lab::gate_sentences) {
        const std::string text(subject.is_korean ? sentence.korean : sentence.english);
        auto traced = trace_text(subject, text, options, "--example film");
        traced.notes = sentence;
        traced.notes_word = subject.is_korean ? sentence.korean_word : sentence.english_word;
        all.push_back(std::move(traced));
    }
    return all;
}

GatesSubject trained_subject(const TrainedGatesOptions& options) {
    const auto& path = options.model.path;
    auto source = options.model.load();
    source.model->to(torch::kFloat64);
    return {source.model, options.words.required(source, path), source.configuration.length, path, false};
}

GatesSubject tiny_korean_subject(Cell cell, std::uint64_t seed, std::string& text) {
    auto film = lab::train_film_model(cell, seed);
    text += fmt::format(
        "{}: trained here on {} Korean sentences about films, {} epochs, seed {}: loss {:.4f}, accuracy {:.3f} on "
        "them\n",
        cell_title(cell), lab::film_sentences().size(), film.epochs, seed, film.loss, film.accuracy);
    return {film.model, std::move(film.vocabulary), film.length, "a tiny Korean model", true};
}

/// With several pictures their names get a number: gates.svg, gates-2.svg.
std::string numbered(const std::string& path, std::size_t index) {
    if (index == 0) return path;
    const std::filesystem::path whole(path);
    const auto name = fmt::format("{}-{}{}", whole.stem().string(), index + 1, whole.extension().string());
    return (whole.parent_path() / name).string();
}

void add_checks(std::vector<CheckRow>& checks, const TracedText& traced, std::size_t number, std::size_t count) {
    const auto title = cell_title(traced.trace.cell);
    const std::string which = count > 1 ? fmt::format("text {}, ", number) : "";
    checks.push_back({fmt::format("{}{}, every step by hand", which, title),
                      fmt::format("the model's {}", traced.trace.cell == Cell::gru ? "layer" : "torch::nn layer"),
                      "float64", traced.trace.states});
    if (traced.trace.has_probability_check) {
        checks.push_back({fmt::format("{}{}, every probability by hand", which, title), "the model's output", "float64",
                          traced.trace.probabilities});
    }
}

}  // namespace

void show_trained_gates(const TrainedGatesOptions& options, const Output& out) {
    require_writable("--svg", options.svg);
    training::set_threads(1);  // the steps are too small to be shared
    std::string text;
    std::vector<TracedText> all;
    if (!options.model.path.empty()) {
        auto subject = trained_subject(options);
        all = trace_subject(subject, options);
    } else {
        for (const Cell cell : options.cells) {
            auto subject = tiny_korean_subject(cell, options.seed, text);
            for (auto& traced : trace_subject(subject, options)) all.push_back(std::move(traced));
        }
        text += "\n";
    }

    std::vector<CheckRow> checks;
    auto documents = Json::array();
    const bool coloured = wants_colour(out.stream());
    for (std::size_t i = 0; i < all.size(); ++i) {
        text += traced_text(all[i], coloured, options.units) + "\n";
        add_checks(checks, all[i], i + 1, all.size());
        documents.push_back(traced_json(all[i]));
    }
    out.print(text + check_text(checks));
    out.write_json(
        with_schema("gates-text", {{"model", options.model.path.empty() ? Json(nullptr) : Json(options.model.path)},
                                   {"seed", options.model.path.empty() ? Json(options.seed) : Json(nullptr)},
                                   {"precision", "float64"},
                                   {"texts", documents},
                                   {"checks", check_json(checks)},
                                   {"verdict", verdict(checks)}}));
    if (!options.svg.empty()) {
        for (std::size_t i = 0; i < all.size(); ++i) {
            write_named(numbered(options.svg, i), traced_svg(all[i], options.units));
        }
    }
    require_agreement(checks);
}

}  // namespace cellwise::cli
