#pragma once

#include <string>
#include <vector>

#include "data/reviews/vocabulary.h"
#include "models/classifier.h"
#include "tasks/sentiment/configuration.h"
#include "verbs/model_request.h"

namespace cellwise::verbs {

/// A trained model from a run folder or a Keras file, ready to be fed.
struct ModelSource {
    bool is_run = false;
    models::Classifier model{nullptr};

    /// A run's own; of a Keras file the defaults with the file's layers and length. `cells` holds the
    /// model's one cell.
    sentiment::Configuration configuration;
    data::Vocabulary vocabulary;     ///< a run's; of a Keras file empty: see words_of
    std::vector<std::string> notes;  ///< what was not kept of a Keras file, or had to be assumed

    [[nodiscard]] Cell cell() const { return configuration.cells.front(); }
};

/// Reads the model and tells its notes. Throws DataError (missing, broken or not representable), UsageError.
[[nodiscard]] ModelSource load_model(const ModelRequest& request);

/// The words by rank: of the request's vocabulary, else the run's, else of Keras's word index in the data folder;
/// empty if there is none. Throws DataError.
[[nodiscard]] data::Vocabulary words_of(const VocabularyRequest& request, const ModelSource& source);

/// The same; throws DataError naming the model where there are none.
[[nodiscard]] data::Vocabulary required_words(const VocabularyRequest& request, const ModelSource& source,
                                              const std::string& model_path);

}  // namespace cellwise::verbs
