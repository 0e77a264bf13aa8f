#include "lab/claims/experiment.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "core/error.h"
#include "settings/setting_text.h"

namespace cellwise::lab {
namespace {

// One list of the outcome's fields, for writing and for reading.
template <class Outcome, class Visit>
void visit_fields(Outcome& outcome, Visit&& visit) {
    visit("parameters", outcome.parameters);
    visit("diverged", outcome.diverged);
    visit("test_loss", outcome.test_loss);
    visit("test_accuracy", outcome.test_accuracy);
    visit("train_loss", outcome.train_loss);
    visit("train_accuracy", outcome.train_accuracy);
    visit("first_epoch_loss", outcome.first_epoch_loss);
    visit("loss_rises", outcome.loss_rises);
    visit("kernel_norm", outcome.kernel_norm);
    visit("kernel_values", outcome.kernel_values);
    visit("kernel_zeros", outcome.kernel_zeros);
    visit("first_gradient_norm", outcome.first_gradient_norm);
    visit("probe_accuracies", outcome.probe_accuracies);
    visit("model_file", outcome.model_file);
    visit("seconds", outcome.seconds);
}

std::string data_key(const TrainingSpec& spec) {
    if (!spec.synthetic) {
        return fmt::format("reviews {} {} {} {}", spec.reviews.train, spec.reviews.test, spec.reviews.longest,
                           spec.reviews.length);
    }
    const auto& corpus = spec.synthetic->corpus;
    return fmt::format("synthetic {} {} {} {} {} {} {} {} probes {} length {}", corpus.train_reviews,
                       corpus.test_reviews, corpus.min_length, corpus.max_length, corpus.cue_words,
                       corpus.min_cue_distance, corpus.max_cue_distance, corpus.label_noise,
                       fmt::join(spec.synthetic->probe_distances, ","), spec.reviews.length);
}

}  // namespace

std::string TrainingSpec::key() const {
    const auto& m = model;
    const auto& t = training;
    return fmt::format(
        "{} | {} {} {} {} layers {} bidirectional {} dropout {} batch norm {} reset {} engine {} | {} rate {} momentum "
        "{} clip {} global {} decay {} {} l2 {} epochs {} batch {} {} | seed {} scale {} | {} {} {}",
        data_key(*this), cell_name(m.cell), m.vocabulary_size, m.embedding_size, m.hidden_size, m.layers,
        m.bidirectional, m.dropout, m.batch_norm, models::gru_reset_name(m.gru_reset), models::engine_name(m.engine),
        learning::optimizer_name(t.optimizer), t.effective_learning_rate(), t.momentum, t.clip_norm, t.global_clip_norm,
        t.weight_decay, learning::weight_decay_mode_name(t.weight_decay_mode), t.l2, t.epochs, t.batch_size,
        learning::precision_name(t.precision), seed, recurrent_scale, test_on_training, first_gradient, keep_model);
}

nlohmann::ordered_json outcome_json(const TrainingOutcome& outcome) {
    nlohmann::ordered_json json;
    visit_fields(outcome, [&](const char* key, const auto& value) { json[key] = value; });
    return json;
}

TrainingOutcome parse_outcome(const nlohmann::json& json, const std::string& origin) {
    TrainingOutcome outcome;
    visit_fields(outcome, [&](const char* key, auto& value) {
        using Value = std::decay_t<decltype(value)>;
        try {
            const auto& field = json.at(key);
            // JSON has no NaN: it is written as null.
            if constexpr (std::is_same_v<Value, double>) {
                value = field.is_null() ? std::numeric_limits<double>::quiet_NaN() : field.template get<double>();
            } else {
                value = field.template get<Value>();
            }
        } catch (const nlohmann::json::exception& error) {
            throw DataError(fmt::format("{}: '{}': {}; remove the file to train again", origin, key, error.what()));
        }
    });
    return outcome;
}

}  // namespace cellwise::lab
