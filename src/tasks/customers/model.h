#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/matrix_view.h"
#include "core/stop_token.h"
#include "trees/tree_model.h"

namespace cellwise::customers {

using trees::Contributions;
using trees::Objective;
using trees::Parameters;

/// What a model is fitted on: the prepared training part, nothing missing.
struct TrainingRows {
    MatrixView features;
    std::span<const std::string> names;       ///< [columns]
    std::span<const std::uint8_t> is_number;  ///< [columns]: 1 for a number, 0 for a level of a category
    std::span<const double> targets;          ///< [rows]: a number, or a class 0 … classes − 1
    std::span<const double> weights;          ///< [rows]; empty: all weigh the same
    Objective objective = Objective::regression;
    std::size_t classes = 2;  ///< of binary and multiclass
    /// [columns]: the table's column that each feature is made of; empty: each is a column of its own.
    std::span<const std::string> sources = {};
    StopToken stop = {};  ///< asked between two passes of a model that makes many
};

/// A model that was fitted. Asking it changes nothing.
class Model {
public:
    Model() = default;
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;
    virtual ~Model() = default;

    /// [rows, outputs]: the number (outputs 1), the probability of class 1 of two (1), or those of all classes.
    /// Throws DataError for another number of columns than it was fitted on.
    [[nodiscard]] virtual std::vector<double> predict(MatrixView features) const = 0;

    /// What each feature adds to a row's margin, in what units `margin_unit` says; nothing if the model cannot tell.
    [[nodiscard]] virtual std::optional<Contributions> contributions(MatrixView) const { return std::nullopt; }
    /// "log-odds", "probability" or "value".
    [[nodiscard]] virtual std::string margin_unit() const { return "value"; }

    /// The model's file.
    [[nodiscard]] virtual std::string bytes() const = 0;
};

/// One kind of model: how it is called, fitted and read back. Kinds that need LibTorch are made elsewhere and handed
/// in.
struct ModelKind {
    std::string name;   ///< in flags and JSON: random_forest
    std::string title;  ///< for people: Random Forest
    std::string file;   ///< its name in a run folder
    bool classifies = true, regresses = true;
    int cost = 0;              ///< the greater, the longer a fit takes: those begin first
    bool is_baseline = false;  ///< knows no features: what others must beat
    /// The names that `fit` takes; empty: none, or it alone knows them.
    std::vector<std::string> parameters = {};
    /// Empty, or why the kind cannot be used on this machine.
    std::function<std::string()> missing = [] { return std::string(); };
    std::function<std::unique_ptr<Model>(const TrainingRows&, const Parameters&, std::uint64_t seed)> fit;
    /// Throws DataError naming the origin.
    std::function<std::unique_ptr<Model>(std::string_view bytes, const std::string& origin)> load;
};

using ModelKinds = std::vector<ModelKind>;

/// majority and mean, logistic and ridge, random_forest, xgboost, lightgbm, in the order in which results are shown.
[[nodiscard]] ModelKinds plain_model_kinds();

/// The kind of that name. Throws UsageError with the names that there are.
[[nodiscard]] const ModelKind& kind_of(const ModelKinds& kinds, std::string_view name);

/// Throws UsageError unless each name that parameters are given for is that of a kind.
void require_kinds(const ModelKinds& kinds, const std::map<std::string, Parameters>& parameters);

/// The kinds for a target in their order: those named, or all if none is. Throws UsageError for a name that is none or
/// does not fit the target.
[[nodiscard]] std::vector<const ModelKind*> chosen_kinds(const ModelKinds& kinds, std::span<const std::string> names,
                                                         bool is_classification);

}  // namespace cellwise::customers
