#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/strict_json.h"
#include "linear/linear_model.h"
#include "tasks/customers/model.h"
#include "trees/boosting.h"
#include "trees/forest.h"
#include "trees/parameter_text.h"

namespace cellwise::customers {
namespace {

using nlohmann::ordered_json;

ordered_json parse_document(std::string_view bytes, const std::string& origin) {
    return ordered_json::parse(parse_strict_json(bytes, origin).dump());
}

/// The classes' shares, or the mean: what can be told without features.
class Baseline final : public Model {
public:
    Baseline(std::vector<double> answer, std::size_t columns) : answer_(std::move(answer)), columns_(columns) {}

    static std::unique_ptr<Model> fit(const TrainingRows& rows, const Parameters& parameters, std::uint64_t) {
        if (!parameters.empty()) throw UsageError("the baseline has no parameters");
        const std::size_t outputs = rows.objective == Objective::multiclass ? rows.classes : 1;
        std::vector<double> sums(outputs);
        double whole = 0;
        for (std::size_t row = 0; row < rows.targets.size(); ++row) {
            const double weight = rows.weights.empty() ? 1 : rows.weights[row];
            whole += weight;
            if (outputs == 1) {
                sums[0] += weight * rows.targets[row];
            } else {
                sums[static_cast<std::size_t>(rows.targets[row])] += weight;
            }
        }
        for (auto& sum : sums) sum /= whole;
        return std::make_unique<Baseline>(std::move(sums), rows.features.columns);
    }
    static std::unique_ptr<Model> load(std::string_view bytes, const std::string& origin) {
        const auto document = parse_document(bytes, origin);
        try {
            return std::make_unique<Baseline>(document.at("answer").get<std::vector<double>>(),
                                              document.at("columns").get<std::size_t>());
        } catch (const nlohmann::json::exception&) {
            throw DataError(fmt::format("'{}' is no baseline of Cellwise", origin));
        }
    }

    [[nodiscard]] std::vector<double> predict(MatrixView features) const override {
        trees::require_columns(features, columns_);
        std::vector<double> answers;
        for (std::size_t row = 0; row < features.rows; ++row)
            answers.insert(answers.end(), answer_.begin(), answer_.end());
        return answers;
    }
    [[nodiscard]] std::optional<Contributions> contributions(MatrixView features) const override {
        trees::require_columns(features, columns_);
        Contributions result{features.rows, answer_.size(), columns_, {}};
        for (std::size_t i = 0; i < features.rows * answer_.size(); ++i) {
            result.values.insert(result.values.end(), columns_, 0.0);
            result.values.push_back(answer_[i % answer_.size()]);
        }
        return result;
    }
    [[nodiscard]] std::string bytes() const override {
        return ordered_json{{"columns", columns_}, {"answer", answer_}}.dump(1) + "\n";
    }

private:
    std::vector<double> answer_;  // [outputs]
    std::size_t columns_;
};

class Linear final : public Model {
public:
    explicit Linear(linear::LinearModel model) : model_(std::move(model)) {}

    static std::unique_ptr<Model> fit(const TrainingRows& rows, const Parameters& parameters, std::uint64_t) {
        const bool is_regression = rows.objective == Objective::regression;
        double strength = 1;
        for (const auto& [name, text] : parameters) {
            if (name != (is_regression ? "alpha" : "C")) {
                throw UsageError(fmt::format("{} has no parameter '{}', but {}", is_regression ? "ridge" : "logistic",
                                             name, is_regression ? "alpha" : "C"));
            }
            strength = trees::number(name, text);
        }
        const linear::TrainingData data{rows.features, rows.is_number, rows.targets, rows.weights,
                                        is_regression ? 0 : rows.classes};
        return std::make_unique<Linear>(is_regression ? linear::train_ridge(data, strength)
                                                      : linear::train_logistic_regression(data, strength));
    }
    static std::unique_ptr<Model> load(std::string_view bytes, const std::string& origin) {
        return std::make_unique<Linear>(linear::LinearModel::from_json(parse_document(bytes, origin), origin));
    }

    [[nodiscard]] std::vector<double> predict(MatrixView features) const override { return model_.predict(features); }
    [[nodiscard]] std::optional<Contributions> contributions(MatrixView features) const override {
        return Contributions{features.rows, model_.outputs, model_.columns(), model_.contributions(features)};
    }
    [[nodiscard]] std::string margin_unit() const override { return model_.classes == 0 ? "value" : "log-odds"; }
    [[nodiscard]] std::string bytes() const override { return model_.json().dump() + "\n"; }

private:
    linear::LinearModel model_;
};

class Trees final : public Model {
public:
    Trees(std::unique_ptr<trees::TreeModel> model, bool is_forest) : model_(std::move(model)), is_forest_(is_forest) {}

    [[nodiscard]] std::vector<double> predict(MatrixView features) const override { return model_->predict(features); }
    [[nodiscard]] std::optional<Contributions> contributions(MatrixView features) const override {
        return model_->contributions(features);
    }
    [[nodiscard]] std::string margin_unit() const override {
        if (model_->objective() == Objective::regression) return "value";
        return is_forest_ ? "probability" : "log-odds";
    }
    [[nodiscard]] std::string bytes() const override { return model_->bytes(); }

private:
    std::unique_ptr<trees::TreeModel> model_;
    bool is_forest_;
};

trees::TrainingData tree_data(const TrainingRows& rows) {
    return {rows.features, rows.targets, rows.weights, rows.objective, rows.classes, rows.names};
}

ModelKind named(std::string name, std::string title, std::string file, bool classifies, bool regresses, int cost = 0) {
    ModelKind kind;
    kind.name = std::move(name);
    kind.title = std::move(title);
    kind.file = std::move(file);
    kind.classifies = classifies;
    kind.regresses = regresses;
    kind.cost = cost;
    return kind;
}

ModelKind baseline(std::string name, std::string title, bool classifies) {
    auto kind = named(std::move(name), std::move(title), "baseline.json", classifies, !classifies);
    kind.is_baseline = true;
    kind.fit = Baseline::fit;
    kind.load = Baseline::load;
    return kind;
}

ModelKind linear_kind(std::string name, std::string title, bool classifies) {
    auto kind = named(std::move(name), std::move(title), "linear.json", classifies, !classifies, 1);
    kind.parameters = {classifies ? "C" : "alpha"};
    kind.fit = Linear::fit;
    kind.load = Linear::load;
    return kind;
}

ModelKind forest() {
    auto kind = named("random_forest", "Random Forest", "forest.safetensors", true, true, 4);
    kind.parameters = trees::forest_parameters();
    kind.fit = [](const TrainingRows& rows, const Parameters& parameters,
                  std::uint64_t seed) -> std::unique_ptr<Model> {
        return std::make_unique<Trees>(
            trees::train_forest(tree_data(rows), trees::ForestOptions::from(parameters), seed), true);
    };
    kind.load = [](std::string_view bytes, const std::string& origin) -> std::unique_ptr<Model> {
        return std::make_unique<Trees>(trees::load_forest(bytes, origin), true);
    };
    return kind;
}

using Train = std::unique_ptr<trees::TreeModel> (*)(const trees::TrainingData&, const Parameters&, std::uint64_t);
using Load = std::unique_ptr<trees::TreeModel> (*)(std::string_view, const std::string&);

ModelKind boosting(std::string name, std::string title, std::string file, int cost,
                   const trees::Availability& (*availability)(), std::vector<std::string> names, Train train,
                   Load load) {
    auto kind = named(std::move(name), std::move(title), std::move(file), true, true, cost);
    kind.parameters = std::move(names);
    kind.missing = [availability] { return availability().reason; };
    kind.fit = [train](const TrainingRows& rows, const Parameters& parameters,
                       std::uint64_t seed) -> std::unique_ptr<Model> {
        return std::make_unique<Trees>(train(tree_data(rows), parameters, seed), false);
    };
    kind.load = [load](std::string_view bytes, const std::string& origin) -> std::unique_ptr<Model> {
        return std::make_unique<Trees>(load(bytes, origin), false);
    };
    return kind;
}

}  // namespace

ModelKinds plain_model_kinds() {
    return {baseline("majority", "Majority", true),
            baseline("mean", "Mean", false),
            linear_kind("logistic", "Logistic Regression", true),
            linear_kind("ridge", "Ridge", false),
            forest(),
            boosting("xgboost", "XGBoost", "xgboost.json", 3, trees::xgboost_availability, trees::xgboost_parameters(),
                     trees::train_xgboost, trees::load_xgboost),
            boosting("lightgbm", "LightGBM", "lightgbm.txt", 2, trees::lightgbm_availability,
                     trees::lightgbm_parameters(), trees::train_lightgbm, trees::load_lightgbm)};
}

const ModelKind& kind_of(const ModelKinds& kinds, std::string_view name) {
    const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.name == name; });
    if (found != kinds.end()) return *found;
    std::vector<std::string> names;
    for (const auto& kind : kinds) names.push_back(kind.name);
    throw UsageError(fmt::format("there is no model '{}': choose from {}", name, fmt::join(names, ", ")));
}

void require_kinds(const ModelKinds& kinds, const std::map<std::string, Parameters>& parameters) {
    for (const auto& [name, its] : parameters) (void)kind_of(kinds, name);
}

std::vector<const ModelKind*> chosen_kinds(const ModelKinds& kinds, std::span<const std::string> names,
                                           bool is_classification) {
    const auto fits = [&](const ModelKind& kind) { return is_classification ? kind.classifies : kind.regresses; };
    for (const auto& name : names) {
        if (name == "all" || fits(kind_of(kinds, name))) continue;
        throw UsageError(fmt::format("{} is for {}, and the target is {}", name,
                                     is_classification ? "numbers" : "labels",
                                     is_classification ? "a label (--target-kind regression overrides it)"
                                                       : "a number (--target-kind classification overrides it)"));
    }
    const bool all = names.empty() || std::find(names.begin(), names.end(), "all") != names.end();
    std::vector<const ModelKind*> chosen;
    for (const auto& kind : kinds) {
        const bool is_named = all || std::find(names.begin(), names.end(), kind.name) != names.end();
        if (is_named && fits(kind)) chosen.push_back(&kind);
    }
    return chosen;
}

}  // namespace cellwise::customers
