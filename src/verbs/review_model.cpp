#include "verbs/review_model.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <chrono>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/log.h"
#include "data/reviews/text_reviews.h"
#include "learning/device.h"
#include "learning/inference.h"
#include "records/predictions.h"
#include "verbs/gates.h"
#include "verbs/model_source.h"
#include "verbs/review_explanation.h"

namespace cellwise::verbs {
namespace {

using nlohmann::ordered_json;
using serve::ReviewInput;

/// Between two batches the processors are the connections'.
constexpr std::chrono::microseconds spin_between_batches{20};

/// Ids as encode_ids() reads them; those that the model has not are told by themselves, whatever else is asked for.
std::string text_of_ids(const std::vector<std::int32_t>& ids, std::int64_t vocabulary_size) {
    std::string text;
    for (const auto id : ids) {
        if (id >= vocabulary_size) {
            throw UsageError(
                fmt::format("{} is no id of the model's words: they are 0 to {}", id, vocabulary_size - 1));
        }
        text += fmt::format("{} ", id);
    }
    return text;
}

/// The same weights in float64, in which gates are looked at.
models::Classifier in_float64(const models::Classifier& model) {
    models::Classifier copy(model->options(), 0);
    copy->to(torch::kFloat64);
    const torch::NoGradGuard no_grad;
    const auto take_over = [](auto to, const auto& from) {
        for (auto& item : to) item.value().copy_(from[item.key()]);
    };
    take_over(copy->named_parameters(), model->named_parameters());
    take_over(copy->named_buffers(), model->named_buffers());
    copy->eval();
    return copy;
}

class TrainedReviewModel final : public serve::ReviewModel {
public:
    TrainedReviewModel(std::string path, ModelSource source, data::Vocabulary vocabulary, torch::Device device)
        : path_(std::move(path)), source_(std::move(source)), vocabulary_(std::move(vocabulary)), device_(device) {
        source_.model->to(device_);
        forward_ = source_.model->forward_only();
        if (forward_) source_.model->pool()->spin_for(spin_between_batches);
    }

    [[nodiscard]] ordered_json description() const override {
        const auto& configuration = source_.configuration;
        auto layers = ordered_json::array();
        bool is_bidirectional = false;
        for (const auto& layer : configuration.model_for(source_.cell()).recurrent_layers()) {
            layers.push_back({{"cell", cell_name(layer.cell)},
                              {"hidden_size", layer.hidden_size},
                              {"bidirectional", layer.bidirectional}});
            is_bidirectional = is_bidirectional || layer.bidirectional;
        }
        return {{"cell", cell_name(source_.cell())},
                {"path", path_},
                {"length", configuration.length},
                {"vocabulary_size", configuration.model.vocabulary_size},
                {"layers", layers.size()},
                {"stack", layers},
                {"bidirectional", is_bidirectional},
                {"reads_texts", vocabulary_.size() > 0},
                {"parameters", source_.model->parameter_count()}};
    }

    [[nodiscard]] std::vector<serve::ReviewPrediction> predict(std::span<const ReviewInput> reviews) override {
        std::vector<std::string> texts, ids;
        for (const auto& review : reviews) add_to(texts, ids, review);
        const auto of_texts = probabilities(encode(texts, false));
        const auto of_ids = probabilities(encode(ids, true));
        std::vector<serve::ReviewPrediction> predictions;
        std::size_t text = 0, list = 0;
        for (const auto& review : reviews) {
            predictions.push_back(std::holds_alternative<std::string>(review) ? of_texts[text++] : of_ids[list++]);
        }
        return predictions;
    }

    [[nodiscard]] ordered_json explain(const serve::ExplainRequest& request) override {
        std::vector<std::string> texts, ids;
        add_to(texts, ids, request.review);
        const bool are_ids = texts.empty();
        const auto reviews = encode(are_ids ? ids : texts, are_ids);
        ExplainRequest explain;
        explain.method = request.method;
        explain.steps = request.steps;
        return records::explanation_json(explain_one(are_ids ? ids.front() : texts.front(), source_, reviews, 0,
                                                     are_ids ? nullptr : &vocabulary_, device_, explain));
    }

    [[nodiscard]] ordered_json gates(const serve::GatesRequest& request) override {
        require_words();
        const auto layers = source_.model->options().recurrent_layers();
        const auto layer = static_cast<std::size_t>(request.layer - 1);
        if (layer >= layers.size()) {
            throw UsageError(fmt::format("\"layer\" is {}: the model has {} recurrent layer{}", request.layer,
                                         layers.size(), layers.size() == 1 ? "" : "s"));
        }
        if (request.backward && !layers[layer].bidirectional) {
            throw UsageError(fmt::format("\"direction\" is backward: layer {} reads forward only", request.layer));
        }
        if (!subject_.model) {
            subject_ = {in_float64(source_.model), vocabulary_, source_.configuration.length, path_, false};
        }
        const learning::ComputeScope one_thread(1, learning::Denormals::kept);  // the steps are too small to be shared
        GatesRequest options;
        options.layer = layer;
        options.direction = request.backward ? 1 : 0;
        return traced_json(trace_text(subject_, request.text, options, "\"text\""));
    }

private:
    void add_to(std::vector<std::string>& texts, std::vector<std::string>& ids, const ReviewInput& review) const {
        if (const auto* text = std::get_if<std::string>(&review)) {
            require_words();
            texts.push_back(*text);
        } else {
            ids.push_back(
                text_of_ids(std::get<std::vector<std::int32_t>>(review), source_.configuration.model.vocabulary_size));
        }
    }

    void require_words() const {
        if (vocabulary_.size() > 0) return;
        throw UsageError("the model has no words to read texts with: ask with \"ids\", or start it with --vocabulary");
    }

    [[nodiscard]] data::TextReviews encode(std::span<const std::string> reviews, bool are_ids) const {
        const auto vocabulary_size = source_.configuration.model.vocabulary_size;
        const auto length = static_cast<std::size_t>(source_.configuration.length);
        return are_ids ? data::encode_ids(reviews, vocabulary_size, length)
                       : data::encode_texts(reviews, vocabulary_, vocabulary_size, length);
    }

    [[nodiscard]] std::vector<serve::ReviewPrediction> probabilities(const data::TextReviews& reviews) {
        if (reviews.counts.empty()) return {};
        const auto values =
            forward_ ? forward_->probabilities(reviews.padded.ids.data(), reviews.padded.size(), reviews.padded.length)
                     : learning::probabilities_of(source_.model, reviews.padded, device_);
        std::vector<serve::ReviewPrediction> predictions;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const records::PredictionRecord record{
                {}, static_cast<double>(values[i]), reviews.counts[i].words, reviews.counts[i].unknown, std::nullopt};
            predictions.push_back({record.probability, record.label(), record.unknown_share()});
        }
        return predictions;
    }

    std::string path_;
    ModelSource source_;
    data::Vocabulary vocabulary_;
    torch::Device device_;
    std::optional<models::FusedClassifier> forward_;  ///< over source_'s weights, where the fused kernels compute
    GatesSubject subject_;                            ///< made when gates are first asked for
};

}  // namespace

std::unique_ptr<serve::ReviewModel> load_review_model(const std::string& path, const ReviewModelOptions& options) {
    ModelRequest request;
    request.path = path;
    auto source = load_model(request);
    auto vocabulary = verbs::words_of(options.words, source);
    if (vocabulary.size() == 0) {
        log::warning(fmt::format("'{}' has no words, so it answers to \"ids\" alone: --vocabulary names them", path));
    }
    return std::make_unique<TrainedReviewModel>(path, std::move(source), std::move(vocabulary),
                                                learning::resolve_device(options.device));
}

}  // namespace cellwise::verbs
