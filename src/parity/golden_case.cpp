#include "parity/golden_case.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/log.h"
#include "core/paths.h"
#include "core/strict_json.h"
#include "data/files/npz.h"
#include "interchange/keras_model.h"

namespace cellwise::parity {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t most_json_bytes = 1 << 20;
constexpr std::int64_t largest_size = 10'000'000;

/// The .json file: typed values by key.
class Settings {
public:
    explicit Settings(const fs::path& path)
        : origin_(fmt::format("'{}'", path.string())),
          json_(parse_strict_json(read_file(path, most_json_bytes), origin_)) {
        if (!json_.is_object()) throw DataError(fmt::format("{} is not a JSON object", origin_));
    }

    std::string text(const char* key) {
        const auto& value = required(key);
        if (!value.is_string()) refuse(key, "is not a text");
        return value.get<std::string>();
    }
    std::int64_t size(const char* key) {
        const auto& value = required(key);
        if (!value.is_number_integer() || value < 1 || value > largest_size) {
            refuse(key, fmt::format("is not a size between 1 and {}", largest_size));
        }
        return value.get<std::int64_t>();
    }
    double positive(const char* key) {
        const auto& value = required(key);
        if (!value.is_number() || !(value.get<double>() > 0)) refuse(key, "is not a positive number");
        return value.get<double>();
    }
    /// 0 where the key is missing, null or 0.
    double positive_or_off(const char* key) {
        const auto* value = find(key);
        if (value == nullptr || value->is_null() || *value == 0) return 0;
        return positive(key);
    }
    bool flag(const char* key, bool fallback) {
        const auto* value = find(key);
        if (value == nullptr || value->is_null()) return fallback;
        if (!value->is_boolean()) refuse(key, "is neither true nor false");
        return value->get<bool>();
    }

    void warn_of_others() const {
        for (const auto& [key, value] : json_.items()) {
            if (!asked_.contains(key) && key != "keras" && key != "backend") {
                log::warning(fmt::format("{}: '{}' is not known and left out of account", origin_, key));
            }
        }
    }
    [[noreturn]] void refuse(const std::string& key, const std::string& why) const {
        throw DataError(fmt::format("{}: '{}' {}", origin_, key, why));
    }

private:
    const nlohmann::json* find(const char* key) {
        asked_.insert(key);
        const auto found = json_.find(key);
        return found == json_.end() ? nullptr : &*found;
    }
    const nlohmann::json& required(const char* key) {
        const auto* value = find(key);
        if (value == nullptr) refuse(key, "is missing");
        return *value;
    }

    std::string origin_;
    nlohmann::json json_;
    std::set<std::string> asked_;
};

void read_settings(GoldenCase& golden, const fs::path& path) {
    Settings settings(path);
    try {
        golden.model.cell = parse_cell(settings.text("cell"));
        golden.training.optimizer = learning::parse_optimizer(settings.text("optimizer"));
    } catch (const UsageError& error) {
        throw DataError(fmt::format("'{}': {}", path.string(), error.what()));
    }
    golden.model.vocabulary_size = settings.size("vocabulary");
    golden.model.embedding_size = settings.size("embedding");
    golden.model.hidden_size = settings.size("units");
    golden.model.batch_norm = settings.flag("batch_norm", false);
    golden.model.gru_reset = settings.flag("reset_after", true) ? models::GruReset::after : models::GruReset::before;
    golden.length = settings.size("length");
    golden.batch = settings.size("batch");
    golden.steps = settings.size("steps");
    golden.training.learning_rate = settings.positive("learning_rate");
    golden.training.momentum = settings.positive_or_off("momentum");
    golden.training.clip_norm = settings.positive_or_off("clipnorm");
    golden.training.global_clip_norm = settings.positive_or_off("global_clipnorm");
    golden.training.weight_decay = settings.positive_or_off("weight_decay");
    golden.training.weight_decay_mode = learning::WeightDecayMode::decoupled;  // Keras's
    golden.training.l2 = settings.positive_or_off("l2");
    settings.warn_of_others();
    try {
        golden.model.validate();
        golden.training.validate();
    } catch (const UsageError& error) {
        throw DataError(fmt::format("'{}': {}", path.string(), error.what()));
    }
}

/// The arrays of the .npz file, each checked when it is asked for.
class Arrays {
public:
    explicit Arrays(const fs::path& path) : path_(path), npz_(data::read_npz(path)) {}

    GoldenArray at(const std::string& key, const std::vector<std::int64_t>& shape) const {
        const auto& array = checked(key, shape);
        GoldenArray result{shape, array.as_float64()};
        if (!std::all_of(result.values.begin(), result.values.end(),
                         [](double value) { return std::isfinite(value); })) {
            refuse(key, "holds values that are not finite numbers");
        }
        return result;
    }
    std::vector<std::int64_t> ids(const std::vector<std::int64_t>& shape, std::int64_t vocabulary_size) const {
        auto values = checked("ids", shape).as_int64();
        if (std::any_of(values.begin(), values.end(), [&](auto id) { return id < 0 || id >= vocabulary_size; })) {
            refuse("ids", fmt::format("holds ids outside 0 … {}", vocabulary_size - 1));
        }
        return values;
    }
    GoldenArray labels(const std::vector<std::int64_t>& shape) const {
        auto labels = at("labels", shape);
        if (!std::all_of(labels.values.begin(), labels.values.end(),
                         [](double label) { return label == 0 || label == 1; })) {
            refuse("labels", "holds other values than 0 and 1");
        }
        return labels;
    }
    /// An array that nobody compares would be a check that is silently missing.
    void refuse_others() const {
        for (const auto& key : npz_.keys()) {
            if (!asked_.contains(key)) refuse(key, "is not known: it is no array of a golden case of these settings");
        }
    }
    [[nodiscard]] const std::vector<std::string>& keys() const { return npz_.keys(); }
    [[noreturn]] void refuse(const std::string& key, const std::string& why) const {
        throw DataError(fmt::format("'{}': '{}' {}", path_.string(), key, why));
    }

private:
    const data::NpyArray& checked(const std::string& key, const std::vector<std::int64_t>& shape) const {
        asked_.insert(key);
        const auto& array = npz_.at(key);
        const std::vector<std::int64_t> own(array.shape.begin(), array.shape.end());
        if (own != shape) {
            refuse(key,
                   fmt::format("has the shape [{}], [{}] is needed", fmt::join(own, ", "), fmt::join(shape, ", ")));
        }
        return array;
    }

    fs::path path_;
    data::Npz npz_;
    mutable std::set<std::string> asked_;
};

/// "lstm_1.kernel" → "lstm.kernel": Keras numbers layers that are not the first of their kind.
std::string without_number(const std::string& name) {
    const auto dot = name.find('.');
    if (dot == std::string::npos) return name;
    auto end = dot;
    while (end > 0 && name[end - 1] >= '0' && name[end - 1] <= '9') --end;
    if (end == dot || end == 0 || name[end - 1] != '_') return name;
    return name.substr(0, end - 1) + name.substr(dot);
}

/// recurrent_0.forward.kernel → lstm.kernel, batch_norm.gamma → batch_normalization.gamma.
std::string plain_keras_name(const std::string& name, Cell cell) {
    const auto dot = name.rfind('.');
    const auto layer = name.substr(0, dot);
    const auto keras_layer = layer == "recurrent_0.forward" ? std::string(cell_name(cell))
                             : layer == "batch_norm"        ? std::string("batch_normalization")
                                                            : layer;
    return keras_layer + name.substr(dot);
}

void find_names(GoldenCase& golden, const Arrays& arrays) {
    constexpr std::string_view prefix = "initial.";
    std::map<std::string, std::string> numbered;  // by the name without number
    for (const auto& key : arrays.keys()) {
        if (key.starts_with(prefix)) numbered[without_number(key.substr(prefix.size()))] = key.substr(prefix.size());
    }
    for (const auto& place : interchange::variable_places(golden.model)) {
        const auto plain = plain_keras_name(place.name, golden.model.cell);
        const auto found = numbered.find(plain);
        if (found == numbered.end()) arrays.refuse(std::string(prefix) + plain, "is missing");
        golden.keras_names[place.name] = found->second;
        numbered.erase(found);
    }
    if (!numbered.empty()) {
        arrays.refuse(std::string(prefix) + numbered.begin()->second, "belongs to no layer that the .json file names");
    }
}

void read_arrays(GoldenCase& golden, const fs::path& path) {
    const Arrays arrays(path);
    find_names(golden, arrays);
    golden.ids = arrays.ids({golden.steps, golden.batch, golden.length}, golden.model.vocabulary_size);
    golden.labels = arrays.labels({golden.steps, golden.batch});
    golden.probability = arrays.at("probability", {golden.steps, golden.batch});
    golden.loss = arrays.at("loss", {golden.steps});
    golden.inference = arrays.at("inference_probability", {golden.batch});
    for (const auto& place : interchange::variable_places(golden.model)) {
        const auto& keras = golden.keras_names.at(place.name);
        golden.initial[place.name] = arrays.at("initial." + keras, place.shape);
        golden.after_first[place.name] = arrays.at("after_1." + keras, place.shape);
        golden.after_last[place.name] = arrays.at(fmt::format("after_{}.{}", golden.steps, keras), place.shape);
        const bool is_trained = place.name.find(".moving_") == std::string::npos;
        if (is_trained) golden.gradient[place.name] = arrays.at("gradient." + keras, place.shape);
    }
    arrays.refuse_others();
}

}  // namespace

GoldenCase read_golden_case(const fs::path& json_path) {
    GoldenCase golden;
    golden.name = json_path.stem().string();
    read_settings(golden, json_path);
    auto npz_path = json_path;
    npz_path.replace_extension(".npz");
    read_arrays(golden, npz_path);
    return golden;
}

std::vector<fs::path> find_golden_cases(const std::vector<std::string>& paths) {
    std::vector<fs::path> cases;
    for (const auto& path : paths) {
        if (!is_folder(path)) {
            if (!is_there(path)) throw DataError(fmt::format("there is no file or folder '{}'", path));
            cases.emplace_back(path);
            continue;
        }
        std::vector<fs::path> found;
        for (const auto& entry : folder_entries(path)) {
            if (entry.extension() == ".json") found.push_back(entry);
        }
        if (found.empty()) throw DataError(fmt::format("the folder '{}' holds no .json file of a golden case", path));
        cases.insert(cases.end(), found.begin(), found.end());
    }
    return cases;
}

}  // namespace cellwise::parity
