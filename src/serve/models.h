#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace cellwise::serve {

/// A review as it is asked about: its text, or the ids of its words.
using ReviewInput = std::variant<std::string, std::vector<std::int32_t>>;

struct ReviewPrediction {
    double probability = 0;  ///< of a positive review
    std::string label;       ///< "positive" or "negative"
    double unknown_share = 0;
};

struct ExplainRequest {
    ReviewInput review;
    std::string method = "occlusion";  ///< or "gradients"
    std::int64_t steps = 64;           ///< points of the integral, for gradients
};

struct GatesRequest {
    std::string text;
    std::int64_t layer = 1;  ///< from 1
    bool backward = false;
};

/// A trained model that reads reviews. Made, asked and dropped on one thread. What is wrong with a request is told by a
/// UsageError or DataError, whose message the client gets (422).
class ReviewModel {
public:
    virtual ~ReviewModel() = default;
    /// What the page tells of it: "cell", "length", "vocabulary_size", "layers", "bidirectional", "data", "run" …
    [[nodiscard]] virtual nlohmann::ordered_json description() const = 0;
    /// One prediction a review, the same bits whatever other reviews stand beside it.
    [[nodiscard]] virtual std::vector<ReviewPrediction> predict(std::span<const ReviewInput> reviews) = 0;
    /// An `explanation` of docs/schema/predictions.json.
    [[nodiscard]] virtual nlohmann::ordered_json explain(const ExplainRequest& request) = 0;
    /// One of the `texts` of docs/schema/gates-text.json.
    [[nodiscard]] virtual nlohmann::ordered_json gates(const GatesRequest& request) = 0;
};

/// The value of one column: nothing (missing), a number, true or false, or a text (also a number as text).
using Value = std::variant<std::monostate, double, bool, std::string>;

/// A customer: columns with their values. Columns that are not named are missing.
using Row = std::vector<std::pair<std::string, Value>>;

/// One column that a customer model reads, with what it saw in training.
struct FeatureInfo {
    std::string name;
    std::string kind;                   ///< "numeric", "boolean", "category", "date"
    std::vector<std::string> levels{};  ///< of a category
    double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
};

struct CustomerPrediction {
    std::optional<double> probability;  ///< of the positive label; of classification
    std::optional<double> value;        ///< of regression
    std::string label;
};

struct Contribution {
    std::string feature;
    Value value;
    double contribution = 0;  ///< what it adds to the base, on the prediction's own scale
};

/// Why a model says what it says. base + all contributions = the prediction (probability, or value).
struct Reasons {
    double base = 0;
    std::vector<Contribution> contributions;  ///< largest magnitude first
    std::vector<std::string> outside;         ///< features whose value the training rows do not reach
    struct Neighbour {
        std::string id;
        double distance = 0;
        std::string label;  ///< what became of this customer, in the training rows
        Row row;
    };
    std::vector<Neighbour> neighbours;  ///< nearest first
};

struct FoundCustomer {
    Row row;
    bool trained_on = false;
};

/// A trained model of customers with their table. The rules of ReviewModel hold for it too.
class CustomerModel {
public:
    virtual ~CustomerModel() = default;
    /// "model", "target", "kind" (classification or regression), "positive_label", "id_column", "table" …
    [[nodiscard]] virtual nlohmann::ordered_json description() const = 0;
    [[nodiscard]] virtual std::vector<FeatureInfo> features() const = 0;
    [[nodiscard]] virtual std::optional<FoundCustomer> find(const std::string& id) = 0;
    [[nodiscard]] virtual std::vector<CustomerPrediction> predict(std::span<const Row> rows) = 0;
    [[nodiscard]] virtual Reasons reasons(const Row& row) = 0;
};

/// The models that a server answers with. load() and the destructor of what it returns run on the model thread.
struct LoadedModels {
    std::vector<std::pair<std::string, std::unique_ptr<ReviewModel>>> reviews;  ///< by the name that requests use
    std::vector<std::pair<std::string, std::unique_ptr<CustomerModel>>> customers;
};
class Models {
public:
    virtual ~Models() = default;
    /// Throws an Error of core/error.h if one cannot be loaded; run() passes it on.
    [[nodiscard]] virtual LoadedModels load() = 0;
};

}  // namespace cellwise::serve
