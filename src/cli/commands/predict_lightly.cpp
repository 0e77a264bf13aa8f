// The run of a model that the fused kernels compute, on the processor, without LibTorch.
#include <utility>

#include "cli/commands.h"
#include "cli/commands/predict.h"
#include "core/error.h"
#include "core/paths.h"
#include "core/processor.h"
#include "data/reviews/word_index.h"
#include "tasks/sentiment/ready_run.h"
#include "tasks/sentiment/run_folder_files.h"

namespace cellwise::cli {
namespace {

class LightPredictor final : public Predictor {
public:
    LightPredictor(const PredictorRequest& request, std::unique_ptr<sentiment::ReadyRun> run)
        : run_(std::move(run)), ids_(request.ids) {
        if (!ids_ && !request.words.vocabulary.empty()) {
            run_->vocabulary = data::read_vocabulary(request.words.vocabulary);
        }
        auto& length = run_->configuration.length;
        if (request.model.length > 0) length = request.model.length;
        run_->configuration.validate();
    }

    [[nodiscard]] const sentiment::Configuration& configuration() const override { return run_->configuration; }
    [[nodiscard]] const data::Vocabulary* words() const override { return ids_ ? nullptr : &run_->vocabulary; }
    [[nodiscard]] std::vector<float> probabilities(const data::PaddedReviews& reviews) override {
        return run_->model->probabilities(reviews.ids.data(), reviews.size(), reviews.length);
    }
    void explain(std::vector<records::PredictionRecord>&, const data::TextReviews&) override {
        throw InternalError("the program without LibTorch explains nothing");
    }

private:
    std::unique_ptr<sentiment::ReadyRun> run_;
    bool ids_;
};

/// Whether the request asks for nothing that only the other program has. A GPU is looked for there.
bool is_plain(const PredictorRequest& request) {
#ifdef CELLWISE_CUDA
    const bool is_cpu = request.device == "cpu";
#else
    const bool is_cpu = request.device == "cpu" || request.device == "auto";
#endif
    const auto& model = request.model;
    return is_cpu && request.explain.method.empty() && model.config.empty() && model.stack.empty() &&
           model.length >= 0 && is_there(sentiment::configuration_path(model.path)) &&
           is_there(sentiment::model_path(model.path)) && is_there(sentiment::vocabulary_path(model.path));
}

}  // namespace

std::unique_ptr<Predictor> load_predictor(const PredictorRequest& request) {
    if (!is_plain(request)) become_the_other();
    const auto threads = threads_or_all(request.threads);
    auto run = sentiment::load_ready_run(request.model.path, static_cast<int>(threads));
    if (run == nullptr || (!request.ids && request.words.vocabulary.empty() && run->vocabulary.size() == 0)) {
        become_the_other();
    }
    return std::make_unique<LightPredictor>(request, std::move(run));
}

}  // namespace cellwise::cli
