#include "cli/commands/gates_trained.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/commands/gates.h"
#include "cli/terminal/check_table.h"
#include "cli/terminal/terminal.h"
#include "core/error.h"
#include "learning/device.h"
#include "verbs/model_source.h"

namespace cellwise::cli {
namespace {

using verbs::GatesSubject;
using verbs::TracedText;
using Json = nlohmann::ordered_json;

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
    auto source = load_model(options.model);
    source.model->to(torch::kFloat64);
    return {source.model, required_words(options.words, source, path), source.configuration.length, path, false};
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
    learning::set_threads(1);  // the steps are too small to be shared
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
