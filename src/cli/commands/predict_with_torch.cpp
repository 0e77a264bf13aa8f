// Every model, on every device, explanations included.
#include <optional>
#include <utility>

#include "cli/commands/predict.h"
#include "data/reviews/dataset.h"
#include "learning/device.h"
#include "learning/inference.h"
#include "verbs/model_source.h"
#include "verbs/review_explanation.h"

namespace cellwise::cli {
namespace {

class TorchPredictor final : public Predictor {
public:
    TorchPredictor(const PredictorRequest& request, verbs::ModelSource source, torch::Device device)
        : source_(std::move(source)), device_(device), explain_(request.explain) {
        if (!request.ids) words_ = verbs::required_words(request.words, source_, request.model.path);
        source_.model->to(device_);
    }

    [[nodiscard]] const sentiment::Configuration& configuration() const override { return source_.configuration; }
    [[nodiscard]] const data::Vocabulary* words() const override { return words_ ? &*words_ : nullptr; }
    [[nodiscard]] std::vector<float> probabilities(const data::PaddedReviews& reviews) override {
        return learning::probabilities_of(source_.model, reviews, device_);
    }
    void explain(std::vector<records::PredictionRecord>& records, const data::TextReviews& reviews) override {
        verbs::explain(records, source_, reviews, words(), device_, explain_);
    }

private:
    verbs::ModelSource source_;
    torch::Device device_;
    verbs::ExplainRequest explain_;
    std::optional<data::Vocabulary> words_;
};

}  // namespace

std::unique_ptr<Predictor> load_predictor(const PredictorRequest& request) {
    auto source = verbs::load_model(request.model);
    learning::set_threads(request.threads);
    const auto device = learning::resolve_device(request.device);
    return std::make_unique<TorchPredictor>(request, std::move(source), device);
}

}  // namespace cellwise::cli
