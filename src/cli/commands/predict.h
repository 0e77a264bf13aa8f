#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/cell.h"
#include "data/reviews/text_reviews.h"
#include "data/reviews/vocabulary.h"
#include "records/predictions.h"
#include "tasks/sentiment/configuration.h"
#include "verbs/explain_request.h"
#include "verbs/model_request.h"

namespace cellwise::cli {

/// The model that `predict` asks, and how it computes.
struct PredictorRequest {
    verbs::ModelRequest model;
    verbs::VocabularyRequest words;
    verbs::ExplainRequest explain;
    std::string device = "auto";
    std::int64_t threads = 0;
    bool ids = false;  ///< reviews come as ids: no words are needed
};

/// A loaded model as `predict` needs it.
class Predictor {
public:
    Predictor() = default;
    virtual ~Predictor() = default;
    Predictor(const Predictor&) = delete;
    Predictor& operator=(const Predictor&) = delete;

    [[nodiscard]] virtual const sentiment::Configuration& configuration() const = 0;
    /// The words to read texts with; null where the reviews are ids.
    [[nodiscard]] virtual const data::Vocabulary* words() const = 0;
    /// Of a positive review, for each.
    [[nodiscard]] virtual std::vector<float> probabilities(const data::PaddedReviews& reviews) = 0;
    /// Adds to every record what its words say (PredictorRequest::explain).
    virtual void explain(std::vector<records::PredictionRecord>& records, const data::TextReviews& reviews) = 0;
};

/// Loads the model. The program without LibTorch loads what it computes itself, and becomes the one with it for all
/// else, before anything of the input is read. Throws what verbs::load_model and verbs::required_words throw.
[[nodiscard]] std::unique_ptr<Predictor> load_predictor(const PredictorRequest& request);

}  // namespace cellwise::cli
