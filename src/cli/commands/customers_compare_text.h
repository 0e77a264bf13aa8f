#pragma once

#include <string>

#include "tasks/customers/comparison.h"

namespace cellwise::cli {

enum class Language { english, korean };

/// What `customers compare` prints, 80 columns wide: the split's table, the folds' table, what can be told apart,
/// notices and last one line a model ("Random Forest Accuracy: 0.7963").
[[nodiscard]] std::string comparison_text(const customers::Comparison& comparison, Language language);

}  // namespace cellwise::cli
