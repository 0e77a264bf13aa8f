#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <utility>

#include "core/error.h"
#include "trees/boosting.h"
#include "trees/lightgbm_library.h"
#include "trees/parameter_text.h"

namespace cellwise::trees {
namespace {

/// The parameters that a user may set; LightGBM itself only warns of a name that it does not know.
constexpr std::array<std::string_view, 29> lightgbm_numbers{
    "bagging_fraction",  "bagging_freq",      "colsample_bytree",
    "drop_rate",         "feature_fraction",  "feature_fraction_bynode",
    "lambda_l1",         "lambda_l2",         "learning_rate",
    "max_bin",           "max_delta_step",    "max_depth",
    "min_child_samples", "min_child_weight",  "min_data_in_bin",
    "min_data_in_leaf",  "min_gain_to_split", "min_sum_hessian_in_leaf",
    "min_split_gain",    "num_leaves",        "other_rate",
    "path_smooth",       "reg_alpha",         "reg_lambda",
    "scale_pos_weight",  "subsample",         "subsample_freq",
    "top_rate",          "skip_drop"};
constexpr std::array<std::string_view, 4> boosting_kinds{"gbdt", "rf", "dart", "goss"};

void require_lightgbm_parameter(const std::string& name, const std::string& value) {
    if (std::find(lightgbm_numbers.begin(), lightgbm_numbers.end(), name) != lightgbm_numbers.end()) {
        (void)number(name, value);
    } else if (name == "boosting") {
        if (std::find(boosting_kinds.begin(), boosting_kinds.end(), value) == boosting_kinds.end()) {
            throw UsageError(fmt::format("lightgbm's boosting is gbdt, rf, dart or goss, not '{}'", value));
        }
    } else {
        throw UsageError(fmt::format("lightgbm has no parameter '{}' that can be set here", name));
    }
}

/// One thread, and no choice by timing: the same data give the same trees.
constexpr std::string_view fixed_parameters = "num_threads=1 deterministic=true force_row_wise=true verbosity=-1";

/// Names as LightGBM takes them: none of JSON's signs, no blanks, none twice.
std::vector<std::string> allowed_names(std::span<const std::string> names) {
    std::vector<std::string> allowed;
    std::set<std::string> seen;
    for (const auto& name : names) {
        std::string changed = name;
        for (auto& letter : changed) {
            if (std::string_view(",:[]{}\"\\ \t\r\n").find(letter) != std::string_view::npos) letter = '_';
        }
        std::string unique = changed;
        for (int number = 2; !seen.insert(unique).second; ++number) unique = fmt::format("{}_{}", changed, number);
        allowed.push_back(unique);
    }
    return allowed;
}

/// LightGBM's messages of the calling thread; errors come as values.
void swallow(const char*) {}

class Dataset {
public:
    Dataset(const LightGBMLibrary& library, const TrainingData& data, const std::string& parameters)
        : library_(library) {
        const auto& features = data.features;
        if (features.rows > std::numeric_limits<std::int32_t>::max())
            throw DataError("LightGBM takes at most 2^31 rows");
        library_.check(library_.dataset_from_matrix(
            features.values.data(), LightGBMLibrary::float64, static_cast<std::int32_t>(features.rows),
            static_cast<std::int32_t>(features.columns), 1, parameters.c_str(), nullptr, &handle_));
        set("label", data.targets);
        if (!data.weights.empty()) set("weight", data.weights);
        if (!data.names.empty()) {
            const auto names = allowed_names(data.names);
            std::vector<const char*> pointers;
            for (const auto& name : names) pointers.push_back(name.c_str());
            library_.check(library_.dataset_set_names(handle_, pointers.data(), static_cast<int>(pointers.size())));
        }
    }
    Dataset(const Dataset&) = delete;
    Dataset& operator=(const Dataset&) = delete;
    ~Dataset() { library_.dataset_free(handle_); }

    [[nodiscard]] LightGBMLibrary::Dataset handle() const { return handle_; }

private:
    void set(const char* field, std::span<const double> values) {
        const std::vector<float> floats(values.begin(), values.end());
        library_.check(library_.dataset_set_field(handle_, field, floats.data(), static_cast<int>(floats.size()),
                                                  LightGBMLibrary::float32));
    }

    const LightGBMLibrary& library_;
    LightGBMLibrary::Dataset handle_ = nullptr;
};

std::string objective_text(const TrainingData& data) {
    switch (data.objective) {
        case Objective::regression:
            return "objective=regression";
        case Objective::binary:
            return "objective=binary";
        case Objective::multiclass:
            return fmt::format("objective=multiclass num_class={}", data.classes);
    }
    throw InternalError("an objective is none");
}

class LightGBMModel final : public TreeModel {
public:
    LightGBMModel(const LightGBMLibrary& library, const TrainingData& data, const Parameters& parameters,
                  std::uint64_t seed)
        : library_(library), objective_(data.objective), columns_(data.features.columns) {
        outputs_ = objective_ == Objective::multiclass ? data.classes : 1;
        library_.check(library_.register_log(swallow));
        auto text =
            fmt::format("{} seed={} {}", fixed_parameters, seed % (std::uint64_t{1} << 31U), objective_text(data));
        std::size_t rounds = 100;
        for (const auto& [name, value] : parameters) {
            if (name == "rounds" || name == "n_estimators") {
                rounds = whole_number(name, value);
            } else {
                require_lightgbm_parameter(name, value);
                text += fmt::format(" {}={}", name, value);
            }
        }
        refuse_wrong(parameters, [&] {
            const Dataset dataset(library_, data, text);
            library_.check(library_.booster_create(dataset.handle(), text.c_str(), &booster_));
            for (std::size_t round = 0; round < rounds; ++round) {
                int is_finished = 0;
                library_.check(library_.booster_update(booster_, &is_finished));
                if (is_finished != 0) break;
            }
        });
        // Without the training data, which the booster refers to.
        const auto model = bytes();
        library_.booster_free(std::exchange(booster_, nullptr));
        int iterations = 0;
        library_.check(library_.booster_load(model.c_str(), &iterations, &booster_));
    }

    LightGBMModel(const LightGBMLibrary& library, std::string_view text, const std::string& origin)
        : library_(library) {
        const std::string copy(text);  // ended by a zero
        int iterations = 0, count = 0;
        library_.check(library_.register_log(swallow));
        // LightGBM prints of a text that is none by itself, so most such texts are told apart here.
        const bool looks_right = text.starts_with("tree\n") && text.find("\nnum_class=") != std::string_view::npos &&
                                 text.find("\nend of trees") != std::string_view::npos;
        if (!looks_right || library_.booster_load(copy.c_str(), &iterations, &booster_) != 0) {
            throw DataError(fmt::format("'{}' is no model text of LightGBM, or it is cut off", origin));
        }
        library_.check(library_.booster_feature_count(booster_, &count));
        columns_ = static_cast<std::size_t>(count);
        library_.check(library_.booster_classes(booster_, &count));
        outputs_ = static_cast<std::size_t>(count);
        read_objective(copy, origin);
    }
    ~LightGBMModel() override {
        if (booster_ != nullptr) library_.booster_free(booster_);
    }

    [[nodiscard]] Objective objective() const override { return objective_; }
    [[nodiscard]] std::size_t columns() const override { return columns_; }
    [[nodiscard]] std::size_t outputs() const override { return outputs_; }

    [[nodiscard]] std::vector<double> predict(MatrixView features) const override {
        return ask(features, LightGBMLibrary::predictions, outputs_);
    }
    [[nodiscard]] std::vector<double> margins(MatrixView features) const override {
        return ask(features, LightGBMLibrary::margins, outputs_);
    }
    [[nodiscard]] Contributions contributions(MatrixView features) const override {
        return {features.rows, outputs_, columns_,
                ask(features, LightGBMLibrary::contributions, outputs_ * (columns_ + 1))};
    }

    [[nodiscard]] std::vector<double> importance() const override {
        constexpr int by_gain = 1;
        std::vector<double> shares(columns_);
        library_.check(library_.booster_importance(booster_, 0, by_gain, shares.data()));
        double total = 0;
        for (const double share : shares) total += share;
        for (auto& share : shares) share = total > 0 ? share / total : 0;
        return shares;
    }

    [[nodiscard]] std::string bytes() const override {
        std::int64_t length = 0;
        constexpr int by_gain = 1;
        std::string text;
        // The first call tells how much room is needed, a terminating zero among it.
        library_.check(library_.booster_save(booster_, 0, -1, by_gain, 0, &length, text.data()));
        text.resize(static_cast<std::size_t>(length));
        library_.check(library_.booster_save(booster_, 0, -1, by_gain, length, &length, text.data()));
        text.resize(static_cast<std::size_t>(length - 1));
        return text;
    }

private:
    /// LightGBM looks at values when it first uses them.
    template <class Train>
    void refuse_wrong(const Parameters& parameters, Train&& train) {
        try {
            train();
        } catch (const EnvironmentError& error) {
            if (booster_ != nullptr) library_.booster_free(std::exchange(booster_, nullptr));
            if (parameters.empty()) throw;
            throw UsageError(std::string("lightgbm refuses its parameters or data: ") + error.what());
        }
    }

    void read_objective(const std::string& text, const std::string& origin) {
        const auto begin = text.find("\nobjective=");
        const auto rest = begin == std::string::npos ? std::string() : text.substr(begin + 11);
        const auto name = rest.substr(0, rest.find_first_of(" \n"));
        if (name == "binary") {
            objective_ = Objective::binary;
        } else if (name == "multiclass") {
            objective_ = Objective::multiclass;
        } else if (name == "regression" || name == "regression_l1" || name == "huber" || name == "fair") {
            objective_ = Objective::regression;
        } else {
            throw DataError(
                fmt::format("'{}' has the objective '{}': only regression, binary and multiclass tell numbers "
                            "or probabilities",
                            origin, name));
        }
    }

    [[nodiscard]] std::vector<double> ask(const MatrixView& features, int answer, std::size_t width) const {
        require_columns(features, columns_);
        std::vector<double> result(features.rows * width);
        std::int64_t length = 0;
        library_.check(library_.booster_predict(booster_, features.values.data(), LightGBMLibrary::float64,
                                                static_cast<std::int32_t>(features.rows),
                                                static_cast<std::int32_t>(features.columns), 1, answer, 0, -1,
                                                std::string(fixed_parameters).c_str(), &length, result.data()));
        if (static_cast<std::size_t>(length) != result.size()) {
            throw InternalError("LightGBM answers in another shape than expected");
        }
        return result;
    }

    const LightGBMLibrary& library_;
    LightGBMLibrary::Booster booster_ = nullptr;
    Objective objective_ = Objective::regression;
    std::size_t columns_ = 0, outputs_ = 1;
};

}  // namespace

std::vector<std::string> lightgbm_parameters() {
    std::vector<std::string> names{"n_estimators", "rounds", "boosting"};
    names.insert(names.end(), lightgbm_numbers.begin(), lightgbm_numbers.end());
    return names;
}

std::unique_ptr<TreeModel> train_lightgbm(const TrainingData& data, const Parameters& parameters, std::uint64_t seed) {
    require_valid(data);
    return std::make_unique<LightGBMModel>(lightgbm_library(), data, parameters, seed);
}

std::unique_ptr<TreeModel> load_lightgbm(std::string_view bytes, const std::string& origin) {
    return std::make_unique<LightGBMModel>(lightgbm_library(), bytes, origin);
}

}  // namespace cellwise::trees
