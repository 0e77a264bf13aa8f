#include "trees/tree_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace cellwise::trees {

void require_columns(const MatrixView& features, std::size_t columns) {
    if (features.columns != columns) {
        throw DataError(fmt::format("the model was trained on {} features and is given {}", columns, features.columns));
    }
}

void require_valid(const TrainingData& data) {
    const auto& features = data.features;
    if (features.rows == 0 || features.columns == 0 || features.values.size() != features.rows * features.columns ||
        data.targets.size() != features.rows || (!data.weights.empty() && data.weights.size() != features.rows) ||
        (!data.names.empty() && data.names.size() != features.columns)) {
        throw InternalError("trees: features, targets, weights and names do not fit together");
    }
    const bool is_regression = data.objective == Objective::regression;
    if (!is_regression && data.classes < 2) throw InternalError("trees: there must be two classes");
    for (const double target : data.targets) {
        const bool is_class = target >= 0 && target < static_cast<double>(data.classes) && target == std::floor(target);
        if (is_regression ? !std::isfinite(target) : !is_class) throw InternalError("trees: a target is none");
    }
    if (std::any_of(data.weights.begin(), data.weights.end(), [](double weight) { return !(weight > 0); })) {
        throw InternalError("trees: a weight is not positive");
    }
}

}  // namespace cellwise::trees
