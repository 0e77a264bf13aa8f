#pragma once

#include <memory>
#include <string>

#include "serve/models.h"
#include "verbs/model_request.h"

namespace cellwise::verbs {

/// How a review model computes.
struct ReviewModelOptions {
    VocabularyRequest words;     ///< of a file of Keras or PyTorch, which brings none
    std::string device = "cpu";  ///< as --device has it
};

/// The model of a run or file, with all that is needed to be asked by the server: the same computations as `predict`,
/// `predict --explain` and `gates --model` do. On the thread that will ask it, whose LibTorch threads are set
/// (learning/device.h). A model without words answers to ids alone. Throws what verbs::ModelRequest::load and
/// verbs::VocabularyRequest::of throw.
[[nodiscard]] std::unique_ptr<serve::ReviewModel> load_review_model(const std::string& path,
                                                                    const ReviewModelOptions& options);

}  // namespace cellwise::verbs
