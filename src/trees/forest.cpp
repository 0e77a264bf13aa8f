#include "trees/forest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel_for.h"
#include "trees/forest_file.h"
#include "trees/parameter_text.h"
#include "trees/tree_growth.h"

namespace cellwise::trees {
namespace {

/// [rows, outputs]: the number, or a 1 in the class's place; one output is enough for two classes.
std::vector<double> target_columns(const TrainingData& data, std::size_t outputs) {
    if (outputs == 1) return {data.targets.begin(), data.targets.end()};
    std::vector<double> columns(data.targets.size() * outputs);
    for (std::size_t row = 0; row < data.targets.size(); ++row) {
        columns[row * outputs + static_cast<std::size_t>(data.targets[row])] = 1;
    }
    return columns;
}

/// Takes the mean off, so that sums of squares keep their digits; returns it.
double centre(std::vector<double>& targets) {
    double sum = 0;
    for (const double target : targets) sum += target;
    const double mean = sum / static_cast<double>(targets.size());
    for (auto& target : targets) target -= mean;
    return mean;
}

std::size_t features_at_node(const ForestOptions& options, std::size_t columns, Objective objective) {
    double wanted = static_cast<double>(columns);
    if (options.max_features > 0) {
        wanted = options.max_features * static_cast<double>(columns);
    } else if (objective != Objective::regression) {
        wanted = std::sqrt(static_cast<double>(columns));
    }
    return std::clamp(static_cast<std::size_t>(wanted), std::size_t{1}, columns);
}

/// How often each row is drawn, and what it weighs then.
struct Bootstrap {
    std::vector<std::uint32_t> draws;
    std::vector<double> weights;
};

Bootstrap draw_rows(const TrainingData& data, bool with_replacement, Random& random) {
    const auto rows = data.features.rows;
    Bootstrap sample{std::vector<std::uint32_t>(rows, with_replacement ? 0U : 1U), std::vector<double>(rows)};
    for (std::size_t i = 0; with_replacement && i < rows; ++i)
        ++sample.draws[static_cast<std::size_t>(random.below(rows))];
    for (std::size_t row = 0; row < rows; ++row) {
        sample.weights[row] = sample.draws[row] * (data.weights.empty() ? 1 : data.weights[row]);
    }
    return sample;
}

std::vector<double> mean_gains(const std::vector<GrownTree>& grown, std::size_t columns) {
    std::vector<double> shares(columns);
    for (const auto& one : grown) {
        double total = 0;
        for (const double gain : one.gains) total += gain;
        for (std::size_t column = 0; total > 0 && column < columns; ++column)
            shares[column] += one.gains[column] / total;
    }
    double total = 0;
    for (const double share : shares) total += share;
    for (auto& share : shares) share = total > 0 ? share / total : 0;
    return shares;
}

constexpr std::size_t rows_at_once = 256;

class Forest final : public TreeModel {
public:
    explicit Forest(ForestContent content) : content_(std::move(content)) {}

    [[nodiscard]] Objective objective() const override { return content_.objective; }
    [[nodiscard]] std::size_t columns() const override { return content_.importance.size(); }
    [[nodiscard]] std::size_t outputs() const override { return content_.outputs; }

    [[nodiscard]] std::vector<double> predict(MatrixView features) const override {
        require_columns(features, columns());
        std::vector<double> answers(features.rows * outputs());
        // Tree by tree over some rows: a tree then stays in the processor's cache.
        for (std::size_t begin = 0; begin < features.rows; begin += rows_at_once) {
            const auto end = std::min(begin + rows_at_once, features.rows);
            for (const auto& tree : content_.trees) {
                for (std::size_t row = begin; row < end; ++row) {
                    const auto value = tree.value(tree.leaf(features.row(row).values));
                    for (std::size_t k = 0; k < outputs(); ++k) answers[row * outputs() + k] += value[k];
                }
            }
        }
        for (auto& one : answers) one /= static_cast<double>(content_.trees.size());
        return answers;
    }

    [[nodiscard]] std::vector<double> margins(MatrixView features) const override { return predict(features); }

    [[nodiscard]] Contributions contributions(MatrixView features) const override {
        require_columns(features, columns());
        Contributions result{features.rows, outputs(), columns(), {}};
        const auto width = outputs() * (columns() + 1);
        result.values.resize(features.rows * width);
        const double share = 1 / static_cast<double>(content_.trees.size());
        for (std::size_t row = 0; row < features.rows; ++row) {
            const auto place = std::span(result.values).subspan(row * width, width);
            for (const auto& tree : content_.trees) add_contributions(tree, features.row(row).values, share, place);
        }
        return result;
    }

    [[nodiscard]] std::vector<double> importance() const override { return content_.importance; }
    [[nodiscard]] std::string bytes() const override { return encode_forest(content_); }

private:
    ForestContent content_;
};

}  // namespace

void ForestOptions::validate() const {
    if (trees == 0 || trees > 100'000) throw UsageError("n_estimators must be a whole number from 1 to 100000");
    if (min_samples_leaf == 0) throw UsageError("min_samples_leaf must be a whole number from 1");
    if (!(max_features >= 0 && max_features <= 1)) {
        throw UsageError("max_features must be a share of the features: in (0, 1], or 0 for the built-in rule");
    }
}

ForestOptions ForestOptions::from(const Parameters& parameters) {
    ForestOptions options;
    for (const auto& [name, text] : parameters) {
        if (name == "n_estimators" || name == "rounds") {
            options.trees = whole_number(name, text);
        } else if (name == "max_depth") {
            options.max_depth = whole_number(name, text);
        } else if (name == "min_samples_leaf") {
            options.min_samples_leaf = whole_number(name, text);
        } else if (name == "min_samples_split") {
            options.min_samples_split = whole_number(name, text);
        } else if (name == "max_features") {
            options.max_features = number(name, text);
        } else if (name == "bootstrap") {
            options.bootstrap = whole_number(name, text) != 0;
        } else {
            throw UsageError(
                fmt::format("random_forest has no parameter '{}': use n_estimators, max_depth, "
                            "min_samples_leaf, min_samples_split, max_features or bootstrap",
                            name));
        }
    }
    options.validate();
    return options;
}

std::vector<std::string> forest_parameters() {
    return {"n_estimators", "max_depth", "min_samples_leaf", "min_samples_split", "max_features",
            "bootstrap",    "rounds"};
}

std::unique_ptr<TreeModel> train_forest(const TrainingData& data, const ForestOptions& options, std::uint64_t seed,
                                        std::size_t threads) {
    require_valid(data);
    options.validate();
    const auto columns = data.features.columns;
    const std::size_t outputs = data.objective == Objective::multiclass ? data.classes : 1;
    const RankedFeatures features(data.features);
    auto targets = target_columns(data, outputs);
    const double mean = data.objective == Objective::regression ? centre(targets) : 0;
    std::vector<GrownTree> grown(options.trees);
    parallel_for(options.trees, static_cast<int>(threads), [&](std::size_t index) {
        Random random(seed, fmt::format("random forest, tree {}", index));
        const auto sample = draw_rows(data, options.bootstrap, random);
        grown[index] = grow_tree(features, targets, outputs, sample.weights, sample.draws,
                                 features_at_node(options, columns, data.objective), options, random);
        for (auto& value : grown[index].tree.values) value += mean;
    });
    ForestContent content{
        data.objective, outputs, {}, mean_gains(grown, columns), {data.names.begin(), data.names.end()}};
    for (auto& one : grown) content.trees.push_back(std::move(one.tree));
    return std::make_unique<Forest>(std::move(content));
}

std::unique_ptr<TreeModel> load_forest(std::string_view bytes, const std::string& origin) {
    return std::make_unique<Forest>(decode_forest(bytes, origin));
}

}  // namespace cellwise::trees
