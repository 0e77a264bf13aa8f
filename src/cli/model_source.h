#pragma once

#include <string>
#include <vector>

#include "cli/model_flags.h"
#include "data/vocabulary.h"
#include "models/classifier.h"
#include "training/configuration.h"

namespace cellwise::cli {

/// A trained model from a run folder or a Keras file, ready to be fed.
struct ModelSource {
    bool is_run = false;
    models::Classifier model{nullptr};

    /// A run's own; of a Keras file the defaults with the file's layers and length. `cells` holds the
    /// model's one cell.
    training::Configuration configuration;
    data::Vocabulary vocabulary;     ///< a run's; of a Keras file empty: see vocabulary_of
    std::vector<std::string> notes;  ///< what was not kept of a Keras file, or had to be assumed

    [[nodiscard]] Cell cell() const { return configuration.cells.front(); }
};

}  // namespace cellwise::cli
