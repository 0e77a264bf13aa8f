#pragma once

#include "verbs/model_request.h"

namespace CLI {
class App;
}

namespace cellwise::cli {

/// Adds --length, --config and --stack; they refer to the request.
void add_model_flags(CLI::App& command, verbs::ModelRequest& request);
/// Adds --config and --stack.
void add_layer_flags(CLI::App& command, verbs::ModelRequest& request);
/// Adds --vocabulary and --data.
void add_vocabulary_flags(CLI::App& command, verbs::VocabularyRequest& request);

}  // namespace cellwise::cli
