#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "trees/boosting.h"
#include "trees/parameter_text.h"
#include "trees/xgboost_library.h"

namespace cellwise::trees {
namespace {

using Size = XGBoostLibrary::Size;

/// The parameters that a user may set; XGBoost itself only warns of a name that it does not know.
constexpr std::array<std::string_view, 20> xgboost_numbers{"alpha",
                                                           "base_score",
                                                           "colsample_bylevel",
                                                           "colsample_bynode",
                                                           "colsample_bytree",
                                                           "eta",
                                                           "gamma",
                                                           "lambda",
                                                           "learning_rate",
                                                           "max_bin",
                                                           "max_delta_step",
                                                           "max_depth",
                                                           "max_leaves",
                                                           "min_child_weight",
                                                           "min_split_loss",
                                                           "num_parallel_tree",
                                                           "reg_alpha",
                                                           "reg_lambda",
                                                           "scale_pos_weight",
                                                           "subsample"};
constexpr std::array<std::string_view, 4> word_parameters{"booster", "grow_policy", "sampling_method", "tree_method"};

void require_xgboost_parameter(const std::string& name, const std::string& value) {
    if (std::find(xgboost_numbers.begin(), xgboost_numbers.end(), name) != xgboost_numbers.end()) {
        (void)number(name, value);
    } else if (std::find(word_parameters.begin(), word_parameters.end(), name) == word_parameters.end()) {
        throw UsageError(fmt::format("xgboost has no parameter '{}' that can be set here", name));
    }
}

/// For the calling thread: XGBoost's verbosity is the thread's. Results come as values, not on standard error.
void silence(const XGBoostLibrary& library) { library.check(library.set_global_config(R"({"verbosity": 0})")); }

std::string array_interface(std::span<const double> values, std::string_view shape) {
    return fmt::format(R"({{"data": [{}, true], "shape": [{}], "typestr": "<f8", "version": 3}})",
                       reinterpret_cast<std::uintptr_t>(values.data()), shape);
}

class Matrix {
public:
    Matrix(const XGBoostLibrary& library, const MatrixView& features) : library_(library) {
        const auto interface = array_interface(features.values, fmt::format("{}, {}", features.rows, features.columns));
        library_.check(library_.matrix_from_dense(interface.c_str(), R"({"missing": NaN, "nthread": 1})", &handle_));
    }
    Matrix(const Matrix&) = delete;
    Matrix& operator=(const Matrix&) = delete;
    ~Matrix() { library_.matrix_free(handle_); }

    void set(const char* field, std::span<const double> values) {
        const auto interface = array_interface(values, std::to_string(values.size()));
        library_.check(library_.matrix_set_info(handle_, field, interface.c_str()));
    }
    [[nodiscard]] XGBoostLibrary::Matrix handle() const { return handle_; }

private:
    const XGBoostLibrary& library_;
    XGBoostLibrary::Matrix handle_ = nullptr;
};

/// What XGBoost's own kind of prediction is called in the configuration of a call.
enum class Answer { predictions = 0, margins = 1, contributions = 2 };

/// XGBoost ends the process for some files that are no models, so that they are told apart here: a JSON or UBJSON
/// object with a learner.
bool looks_like_model(std::string_view bytes) {
    if (!bytes.starts_with("{")) return false;
    auto document = nlohmann::json::parse(bytes, nullptr, false);
    if (document.is_discarded()) document = nlohmann::json::from_ubjson(bytes, true, false);
    return document.is_object() && document.contains("learner") && document["learner"].is_object();
}

class XGBoostModel final : public TreeModel {
public:
    explicit XGBoostModel(const XGBoostLibrary& library) : library_(library) { silence(library_); }
    ~XGBoostModel() override {
        if (booster_ != nullptr) library_.booster_free(booster_);
    }

    void train(const TrainingData& data, const Parameters& parameters, std::uint64_t seed) {
        Matrix matrix(library_, data.features);
        matrix.set("label", data.targets);
        if (!data.weights.empty()) matrix.set("weight", data.weights);
        const auto handle = matrix.handle();
        library_.check(library_.booster_create(&handle, 1, &booster_));
        set("nthread", "1");
        objective_ = data.objective;
        columns_ = data.features.columns;
        outputs_ = objective_ == Objective::multiclass ? data.classes : 1;
        set("objective", objective_ == Objective::regression ? "reg:squarederror"
                         : objective_ == Objective::binary   ? "binary:logistic"
                                                             : "multi:softprob");
        if (objective_ == Objective::multiclass) set("num_class", std::to_string(data.classes));
        set("seed", std::to_string(seed % (std::uint64_t{1} << 31U)));
        std::size_t rounds = 100;
        for (const auto& [name, value] : parameters) {
            if (name == "rounds" || name == "n_estimators") {
                rounds = whole_number(name, value);
            } else {
                require_xgboost_parameter(name, value);
                set(name, value);
            }
        }
        set_names(data.names);
        for (std::size_t round = 0; round < rounds; ++round) {
            if (library_.booster_update(booster_, static_cast<int>(round), matrix.handle()) == 0) continue;
            // The library looks at values when it first uses them.
            throw UsageError("xgboost refuses its parameters: " + plain_reason(library_.last_error()));
        }
    }

    void load(std::string_view bytes, const std::string& origin) {
        if (!looks_like_model(bytes)) {
            throw DataError(fmt::format("'{}' is no JSON or UBJSON model of XGBoost, or it is cut off", origin));
        }
        library_.check(library_.booster_create(nullptr, 0, &booster_));
        if (library_.booster_load(booster_, bytes.data(), bytes.size()) != 0) {
            throw DataError(
                fmt::format("'{}' is no model that XGBoost reads: {}", origin, plain_reason(library_.last_error())));
        }
        set("nthread", "1");
        Size count = 0;
        library_.check(library_.booster_feature_count(booster_, &count));
        columns_ = count;
        read_objective(origin);
    }

    [[nodiscard]] Objective objective() const override { return objective_; }
    [[nodiscard]] std::size_t columns() const override { return columns_; }
    [[nodiscard]] std::size_t outputs() const override { return outputs_; }

    [[nodiscard]] std::vector<double> predict(MatrixView features) const override {
        return ask(features, Answer::predictions, outputs_);
    }
    [[nodiscard]] std::vector<double> margins(MatrixView features) const override {
        return ask(features, Answer::margins, outputs_);
    }
    [[nodiscard]] Contributions contributions(MatrixView features) const override {
        return {features.rows, outputs_, columns_, ask(features, Answer::contributions, outputs_ * (columns_ + 1))};
    }

    [[nodiscard]] std::vector<double> importance() const override {
        silence(library_);
        // Features that no split uses are not named; the names are those given here, f0, f1, ….
        std::vector<std::string> names;
        std::vector<const char*> pointers;
        for (std::size_t column = 0; column < columns_; ++column) names.push_back(fmt::format("f{}", column));
        for (const auto& name : names) pointers.push_back(name.c_str());
        const nlohmann::json config{{"importance_type", "total_gain"}, {"feature_names", names}};
        Size count = 0, dimensions = 0;
        const char** features = nullptr;
        const Size* shape = nullptr;
        const float* scores = nullptr;
        library_.check(library_.booster_feature_score(booster_, config.dump().c_str(), &count, &features, &dimensions,
                                                      &shape, &scores));
        std::vector<double> shares(columns_);
        double total = 0;
        for (Size i = 0; i < count; ++i) {
            shares.at(std::stoul(features[i] + 1)) = scores[i];
            total += scores[i];
        }
        for (auto& share : shares) share = total > 0 ? share / total : 0;
        return shares;
    }

    [[nodiscard]] std::string bytes() const override {
        Size length = 0;
        const char* content = nullptr;
        library_.check(library_.booster_save(booster_, R"({"format": "json"})", &length, &content));
        return {content, length};
    }

private:
    void set(const std::string& name, const std::string& value) {
        if (library_.booster_set_param(booster_, name.c_str(), value.c_str()) == 0) return;
        throw UsageError(fmt::format("xgboost refuses {} = {}: {}", name, value, plain_reason(library_.last_error())));
    }

    void set_names(std::span<const std::string> names) {
        if (names.empty()) return;
        std::vector<const char*> pointers;
        for (const auto& name : names) pointers.push_back(name.c_str());
        library_.check(library_.booster_set_strings(booster_, "feature_name", pointers.data(), pointers.size()));
    }

    void read_objective(const std::string& origin) {
        Size length = 0;
        const char* text = nullptr;
        library_.check(library_.booster_json_config(booster_, &length, &text));
        const auto config = nlohmann::json::parse(std::string_view(text, length), nullptr, false);
        const auto name = config.value("/learner/learner_train_param/objective"_json_pointer, std::string());
        outputs_ = 1;
        if (name == "binary:logistic") {
            objective_ = Objective::binary;
        } else if (name == "multi:softprob") {
            objective_ = Objective::multiclass;
            outputs_ =
                std::stoul(config.value("/learner/learner_model_param/num_class"_json_pointer, std::string("0")));
        } else if (name.starts_with("reg:") && name != "reg:logistic") {
            objective_ = Objective::regression;
        } else {
            throw DataError(
                fmt::format("'{}' has the objective {}: only reg:…, binary:logistic and multi:softprob tell "
                            "numbers or probabilities",
                            origin, name));
        }
    }

    [[nodiscard]] std::vector<double> ask(const MatrixView& features, Answer answer, std::size_t width) const {
        require_columns(features, columns_);
        silence(library_);
        const Matrix matrix(library_, features);
        const auto config = fmt::format(
            R"({{"type": {}, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": true}})",
            static_cast<int>(answer));
        const Size* shape = nullptr;
        Size dimensions = 0;
        const float* result = nullptr;
        library_.check(
            library_.booster_predict(booster_, matrix.handle(), config.c_str(), &shape, &dimensions, &result));
        Size count = 1;
        for (Size i = 0; i < dimensions; ++i) count *= shape[i];
        if (count != features.rows * width) throw InternalError("XGBoost answers in another shape than expected");
        return {result, result + count};
    }

    const XGBoostLibrary& library_;
    XGBoostLibrary::Booster booster_ = nullptr;
    Objective objective_ = Objective::regression;
    std::size_t columns_ = 0, outputs_ = 1;
};

}  // namespace

std::vector<std::string> xgboost_parameters() {
    std::vector<std::string> names{"n_estimators", "rounds"};
    names.insert(names.end(), xgboost_numbers.begin(), xgboost_numbers.end());
    names.insert(names.end(), word_parameters.begin(), word_parameters.end());
    return names;
}

std::unique_ptr<TreeModel> train_xgboost(const TrainingData& data, const Parameters& parameters, std::uint64_t seed) {
    require_valid(data);
    auto model = std::make_unique<XGBoostModel>(xgboost_library());
    model->train(data, parameters, seed);
    return model;
}

std::unique_ptr<TreeModel> load_xgboost(std::string_view bytes, const std::string& origin) {
    auto model = std::make_unique<XGBoostModel>(xgboost_library());
    model->load(bytes, origin);
    return model;
}

}  // namespace cellwise::trees
