#include "cli/commands/gradients.h"
#include "cli/flags/model_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/error.h"
#include "data/reviews/locate.h"
#include "data/reviews/synthetic.h"
#include "learning/device.h"
#include "settings/setting_text.h"
#include "statistics/summary.h"
#include "verbs/model_source.h"

namespace cellwise::cli {
namespace {

/// The settings that shape an untrained model: a trained one has its own.
const std::set<std::string> model_settings{"cells",  "vocabulary_size", "length",     "embedding_size", "hidden_size",
                                           "layers", "bidirectional",   "batch_norm", "gru_reset"};
const std::set<std::string> other_settings{"batch_size",     "seed",           "clip_norm",     "global_clip_norm",
                                           "precision",      "data",           "offline",       "limit",
                                           "text_column",    "label_column",   "test_data",     "threads",
                                           "no_header",      "delimiter",      "quoting",       "encoding",
                                           "positive_label", "negative_label", "positive_from", "drop_duplicates",
                                           "empty_texts"};

struct GradientsFlags {
    std::map<std::string, std::string> settings;  // what the user gave, by setting key
    verbs::ModelRequest model;
    std::string split = "train", spectral_radius, layer, every = "0", json, csv, svg;
    bool synthetic = false;
};

sentiment::Configuration defaults() {
    sentiment::Configuration configuration;
    configuration.training.precision = learning::Precision::float64;
    return configuration;
}

std::optional<verbs::ModelSource> load_model(const GradientsFlags& flags) {
    auto model = flags.model;
    if (model.path.empty()) {
        if (!model.config.empty() || !model.stack.empty()) {
            throw UsageError("--config and --stack describe the layers of a .weights.h5: add --model");
        }
        return std::nullopt;
    }
    const auto length = flags.settings.find("length");
    if (length != flags.settings.end()) {
        model.length = static_cast<std::int64_t>(settings::natural(length->second, "--length"));
    }
    return verbs::load_model(model);
}

sentiment::Configuration resolve(const GradientsFlags& flags, const std::optional<verbs::ModelSource>& trained) {
    auto configuration = defaults();
    if (trained) {
        configuration = trained->configuration;
        configuration.training = defaults().training;
        configuration.data.limit = 0;
        configuration.data.offline = false;
    }
    for (const auto& [key, text] : flags.settings) {
        // How many words a Keras model reads may stand nowhere in its file.
        const bool may_be_said = key == "length" && trained && !trained->is_run;
        if (trained && model_settings.contains(key) && !may_be_said) {
            throw UsageError(fmt::format("{}: the trained model has its own; leave the flag out", flag_of(key)));
        }
        sentiment::set_from_text(configuration, key, text, key == "data" ? "--data" : flag_of(key));
    }
    if (flags.synthetic && flags.settings.contains("data")) {
        throw UsageError("--synthetic makes its own sequences: leave --data out");
    }
    // Training takes one limit or the other; here they are compared side by side.
    for (const auto limit : {&learning::TrainingOptions::clip_norm, &learning::TrainingOptions::global_clip_norm}) {
        auto checked = configuration;
        checked.training.*limit = 0;
        checked.validate();
    }
    return configuration;
}

/// The first rows of a split.
data::Reviews first_reviews(const data::Reviews& reviews, std::int64_t count) {
    data::Reviews some;
    for (std::size_t i = 0; i < std::min(reviews.size(), static_cast<std::size_t>(count)); ++i) {
        some.add(reviews.review(i), reviews.labels[i]);
    }
    return some;
}

/// The words that a trained model reads texts by.
data::Vocabulary words_of(const verbs::ModelSource& trained) {
    auto words = verbs::words_of({}, trained);
    if (words.size() > 0) return words;
    throw DataError(
        "there are no words to read these texts by: put Keras's imdb_word_index.json into the data folder, or take "
        "the IMDB reviews, which come as ids");
}

/// Made-up reviews as long as the network reads, so that there is no padding.
data::Reviews synthetic_reviews(const sentiment::Configuration& configuration,
                                const std::optional<verbs::ModelSource>& trained) {
    data::SyntheticOptions options;
    options.seed = configuration.seed;
    options.train_reviews = configuration.training.batch_size;
    options.test_reviews = 1;
    options.min_length = options.max_length = std::max<std::int64_t>(configuration.length - 1, 1);  // and the start
    options.max_cue_distance = std::min(options.max_cue_distance, options.min_length - 1);
    options.cue_words = std::min(options.cue_words, options.max_cue_distance + 1);
    const auto vocabulary_size = configuration.model.vocabulary_size;
    if (!trained) {
        auto reviews = data::synthetic_corpus(options).train;
        data::cut_vocabulary(reviews, vocabulary_size);
        return reviews;
    }
    data::Reviews reviews;
    const auto words = words_of(*trained);
    for (const auto& text : data::synthetic_texts(options).train) {
        reviews.add(words.encode(text.text, vocabulary_size, true), text.is_positive ? 1 : 0);
    }
    return reviews;
}

data::PaddedReviews read_batch(const GradientsFlags& flags, const sentiment::Configuration& configuration,
                               const std::optional<verbs::ModelSource>& trained, GradientsReport& report) {
    const auto length = static_cast<std::size_t>(configuration.length);
    const auto rows = configuration.training.batch_size;
    if (flags.synthetic) {
        const auto reviews = synthetic_reviews(configuration, trained);
        report.data_kind = "synthetic sequences";
        report.data_line = fmt::format("{} made-up sequences without padding (SYNTHETIC)", reviews.size());
        return data::pad(reviews, length);
    }
    auto where = configuration.data;
    const bool is_own = where.path && *where.path != "synthetic" && data::is_own(data::locate(*where.path).form);
    // CELLWISE_DATA may name one's own texts, too.
    if (trained) where.words_by_rank = (is_own ? words_of(*trained) : trained->vocabulary).words_by_rank();
    const auto dataset = data::load_dataset(where);
    const auto reviews = first_reviews(flags.split == "train" ? dataset.train : dataset.test, rows);
    if (reviews.size() == 0) throw UsageError(fmt::format("the {} split is empty: take another --split", flags.split));
    report.data_kind = dataset.source.kind;
    report.data_line = fmt::format("{} {} reviews{}", reviews.size(), flags.split,
                                   dataset.source.is_synthetic() ? " of the SYNTHETIC corpus" : "");
    return data::pad(reviews, length);
}

std::size_t padding_of(std::span<const std::int32_t> row) {
    return static_cast<std::size_t>(std::ranges::find_if(row, [](std::int32_t id) { return id != data::padding_id; }) -
                                    row.begin());
}

MeasuredState measure(const lab::StepNorms& norms, const lab::StateGradients& of, const data::PaddedReviews& batch) {
    MeasuredState state;
    state.layer = of.layer;
    state.reverse = of.reverse;
    state.steps = lab::summarise_steps(norms);
    state.fit = lab::fit_decay(norms, of.reverse);
    state.horizon = lab::summarise_horizons(norms, of.reverse);
    for (std::size_t row = 0; row < batch.size(); ++row) {
        std::vector<bool> words(batch.length, true);
        std::fill_n(words.begin(), padding_of(batch.row(row)), false);
        const auto fit = lab::fit_row_decay(norms, row, of.reverse, words);
        if (fit && fit->line.points > 2) state.review_factors.push_back(fit->factor());
        state.review_horizons.push_back(lab::memory_horizon(norms, row, of.reverse));
    }
    return state;
}

/// "LSTM c", with the layer and direction where a model has several.
std::string name_of(const MeasuredState& state, bool several_layers, bool several_directions) {
    return fmt::format("{} {}{}{}", cell_title(state.cell), state.is_cell_state ? "c" : "h",
                       several_layers ? fmt::format(", layer {}", state.layer + 1) : "",
                       !several_directions ? ""
                       : state.reverse     ? ", backward"
                                           : ", forward");
}

MeasuredModel measure_model(models::Classifier& model, const data::PaddedReviews& batch,
                            const sentiment::Configuration& configuration, std::optional<std::size_t> only_layer) {
    const auto layers = model->options().recurrent_layers();
    if (only_layer && *only_layer >= layers.size()) {
        throw UsageError(fmt::format("--layer {}: the model has {} recurrent layer{}", *only_layer + 1, layers.size(),
                                     layers.size() == 1 ? "" : "s"));
    }
    MeasuredModel measured;
    measured.cell = layers.back().cell;
    measured.title = cell_title(measured.cell);
    const auto flow = lab::gradient_flow(model, batch);
    measured.loss = statistics::mean(flow.losses);
    const bool several_directions = std::ranges::any_of(layers, [](const auto& layer) { return layer.bidirectional; });
    for (const auto& gradients : flow.states) {
        if (only_layer && gradients.layer != *only_layer) continue;
        for (const auto* norms : {&gradients.hidden_state, &gradients.cell_state}) {
            if (norms->steps == 0) continue;
            auto state = measure(*norms, gradients, batch);
            state.cell = layers[gradients.layer].cell;
            state.is_cell_state = norms == &gradients.cell_state;
            state.name = name_of(state, layers.size() > 1, several_directions);
            measured.states.push_back(std::move(state));
        }
        measured.spectra.push_back({gradients.layer, gradients.reverse,
                                    lab::recurrent_spectrum(model, gradients.layer, gradients.reverse ? 1 : 0)});
    }
    const auto& limits = configuration.training;
    measured.clipping = lab::clipping_effect(model, batch, limits.clip_norm, limits.global_clip_norm);
    return measured;
}

std::optional<double> radius_of(const GradientsFlags& flags) {
    if (flags.spectral_radius.empty()) return std::nullopt;
    const double radius = settings::real(flags.spectral_radius, "--spectral-radius");
    if (!(radius > 0 && radius <= 1e6)) {
        throw UsageError(fmt::format("--spectral-radius: {} is not above 0 and at most 1e6", flags.spectral_radius));
    }
    return radius;
}

std::optional<std::size_t> layer_of(const GradientsFlags& flags) {
    if (flags.layer.empty()) return std::nullopt;
    const auto layer = settings::natural(flags.layer, "--layer");
    if (layer == 0) throw UsageError("--layer: layers are counted from 1");
    return layer - 1;
}

void run_gradients(const GradientsFlags& flags) {
    const Output out(flags.json);
    require_writable("--csv", flags.csv);
    require_writable("--svg", flags.svg);
    const auto radius = radius_of(flags);
    const auto layer = layer_of(flags);
    const auto every = settings::natural(flags.every, "--every");
    const auto trained = load_model(flags);
    const auto configuration = resolve(flags, trained);
    learning::set_threads(configuration.threads);

    GradientsReport report;
    report.model_path = flags.model.path;
    report.seed = configuration.seed;
    report.length = static_cast<std::size_t>(configuration.length);
    if (configuration.training.precision == learning::Precision::bfloat16) {
        throw UsageError("--precision bfloat16: gradients are measured in float32 or float64");
    }
    report.precision = learning::precision_name(configuration.training.precision);
    report.spectral_radius = radius;
    report.clip_norm = configuration.training.clip_norm;
    report.global_clip_norm = configuration.training.global_clip_norm;
    const auto batch = read_batch(flags, configuration, trained, report);
    report.rows = batch.size();
    report.padding_rows.resize(batch.length);
    for (std::size_t row = 0; row < batch.size(); ++row) {
        for (std::size_t step = 0; step < padding_of(batch.row(row)); ++step) ++report.padding_rows[step];
    }

    for (const Cell cell : configuration.cells) {
        auto model = trained ? trained->model : models::Classifier(configuration.model_for(cell), configuration.seed);
        model->to(configuration.training.precision == learning::Precision::float64 ? torch::kFloat64 : torch::kFloat32);
        if (radius) lab::scale_spectral_radius(model, *radius);
        report.models.push_back(measure_model(model, batch, configuration, layer));
    }
    out.print(gradients_text(report, every));
    out.write_json(with_schema("gradients", gradients_json(report)));
    if (!flags.csv.empty()) write_named(flags.csv, gradients_csv(report));
    if (!flags.svg.empty()) write_named(flags.svg, gradients_svg(report));
}

}  // namespace

void add_gradients(CLI::App& app) {
    auto* command = add_command(app, "gradients");
    auto flags = std::make_shared<GradientsFlags>();
    command->add_option("--model", flags->model.path, "a trained model instead of untrained ones")
        ->type_name("RUN|FILE.keras|FILE.weights.h5");
    add_layer_flags(*command, flags->model);
    command->add_flag("--synthetic", flags->synthetic,
                      "made-up sequences of exactly --length words, without padding, instead of reviews");
    command->add_option("--split", flags->split, "which reviews: train or test")
        ->check(CLI::IsMember({"train", "test"}))
        ->capture_default_str();
    auto standard = defaults();
    for (const auto& setting : sentiment::settings_of(standard)) {
        const auto& key = setting.key;
        if (!model_settings.contains(key) && !other_settings.contains(key)) continue;
        if (setting.shape == settings::Shape::flag) {
            command->add_flag_callback(
                flag_of(key), [flags, key] { flags->settings[key] = "true"; }, setting.help + " [off]");
            continue;
        }
        const std::string about = key == "batch_size" ? "how many reviews, the first of the split"
                                  : key == "seed"     ? "seed of untrained weights and synthetic sequences"
                                  : key == "precision"
                                      ? "float32 as in training, or float64, which reaches far smaller gradients"
                                      : setting.help;
        command
            ->add_option_function<std::string>(
                flag_of(key), [flags, key](const std::string& text) { flags->settings[key] = text; }, about)
            ->take_last()
            ->type_name(setting.shape == settings::Shape::number  ? "NUMBER"
                        : setting.shape == settings::Shape::count ? "COUNT"
                                                                  : "TEXT")
            ->default_str(setting.text());
    }
    command
        ->add_option("--spectral-radius", flags->spectral_radius,
                     "scale each gate's recurrent matrix to this largest |eigenvalue|: below 1 gradients vanish, above "
                     "they may explode")
        ->type_name("R");
    command->add_option("--layer", flags->layer, "only this recurrent layer, from 1 (default: all)")->type_name("N");
    command->add_option("--every", flags->every, "print every K-th step (0: 0, 1, 2, 5, 10 … steps back)")
        ->type_name("K")
        ->capture_default_str();
    command->add_option("--json", flags->json, "write everything as JSON to a file, or - for standard output")
        ->type_name("FILE");
    command->add_option("--csv", flags->csv, "write every step's figures as CSV")->type_name("FILE");
    command->add_option("--svg", flags->svg, "draw the norms over time as an SVG file")->type_name("FILE");
    add_display_flags(*command);
    command->callback([flags] { run_gradients(*flags); });
    command->footer(
        "Examples:\n"
        "  cellwise gradients --svg gradients.svg            the three untrained cells on real reviews\n"
        "  cellwise gradients --model runs/lstm --split test a trained model\n"
        "  cellwise gradients --synthetic --cells rnn --spectral-radius 1.5    gradients that explode\n"
        "  cellwise gradients --clip-norm 1 --global-clip-norm 1               what clipping does to a step");
}

}  // namespace cellwise::cli
