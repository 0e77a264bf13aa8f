#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/matrix_view.h"

namespace cellwise::trees {

/// What the trees are to tell.
enum class Objective { regression, binary, multiclass };

/// What a model learns from.
struct TrainingData {
    MatrixView features;
    std::span<const double> targets;  ///< [rows]: a number, or a class 0 … classes − 1
    std::span<const double> weights;  ///< [rows], positive; empty: all weigh the same
    Objective objective = Objective::regression;
    std::size_t classes = 2;             ///< of binary and multiclass
    std::span<const std::string> names;  ///< [columns], kept in the model's file
};

/// A library's own names for its parameters, with their values as text: {"max_depth", "4"}. "rounds" is the number of
/// boosting rounds, or of a forest's trees.
using Parameters = std::map<std::string, std::string>;

/// Shapley values of features, in the units of margins(): a row's contributions and its base add up to its margin.
struct Contributions {
    std::size_t rows = 0, outputs = 0, columns = 0;
    std::vector<double> values;  ///< [rows, outputs, columns + 1]; the last column is the base

    [[nodiscard]] std::span<const double> of(std::size_t row, std::size_t output = 0) const {
        return std::span(values).subspan((row * outputs + output) * (columns + 1), columns + 1);
    }
};

/// A trained forest or boosted trees. Asking it changes nothing, so that several threads may ask one model.
/// All that take features throw DataError unless they have columns() columns.
class TreeModel {
public:
    TreeModel() = default;
    TreeModel(const TreeModel&) = delete;
    TreeModel& operator=(const TreeModel&) = delete;
    virtual ~TreeModel() = default;

    [[nodiscard]] virtual Objective objective() const = 0;
    [[nodiscard]] virtual std::size_t columns() const = 0;
    /// 1 for regression and two classes, else the number of classes.
    [[nodiscard]] virtual std::size_t outputs() const = 0;

    /// [rows, outputs]: the number, the probability of class 1, or the probabilities of all classes.
    [[nodiscard]] virtual std::vector<double> predict(MatrixView features) const = 0;
    /// [rows, outputs]: what the trees add up to, before a logistic function makes probabilities of it (boosting), or
    /// the same as predict() (a forest averages probabilities).
    [[nodiscard]] virtual std::vector<double> margins(MatrixView features) const = 0;
    /// By TreeSHAP (Lundberg, Erion and Lee, arXiv 1802.03888), with the training rows' shares at each node.
    [[nodiscard]] virtual Contributions contributions(MatrixView features) const = 0;
    /// [columns]: the share that each feature has in what the splits gained; they add up to 1, or are all 0.
    [[nodiscard]] virtual std::vector<double> importance() const = 0;

    /// The model's file: the library's own format, or safetensors for a forest.
    [[nodiscard]] virtual std::string bytes() const = 0;
};

/// Throws DataError unless the features have that many columns.
void require_columns(const MatrixView& features, std::size_t columns);
/// Throws InternalError unless the spans fit together and every class is below `classes`.
void require_valid(const TrainingData& data);

}  // namespace cellwise::trees
