#pragma once

#include <string>
#include <vector>

#include "data/tables/recipe.h"

namespace CLI {
class App;
}

namespace cellwise::cli {

/// The flags that say how a table is prepared, which clean, compare and train share.
struct PreparationFlags {
    std::vector<std::string> missing, outliers, features, grades;
    bool scale = false, one_hot = false;
    std::string recipe;  ///< a TOML file in their place

    [[nodiscard]] bool is_empty() const {
        return missing.empty() && outliers.empty() && features.empty() && grades.empty() && !scale && !one_hot &&
               recipe.empty();
    }
};

void add_preparation_flags(CLI::App& command, PreparationFlags& flags);

/// The steps in the order of the notes: missing values, outliers, features, grades, then scaling and one-hot; or the
/// file's. Throws UsageError naming the flag, DataError for a file that is no recipe.
[[nodiscard]] tables::Recipe recipe_of(const PreparationFlags& flags);

}  // namespace cellwise::cli
