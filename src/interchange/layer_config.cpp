#include "interchange/layer_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/json_text.h"

namespace cellwise::interchange {
namespace {

constexpr std::int64_t largest_size = 100'000'000;
constexpr std::size_t longest_shown = 60;

bool is_off(const nlohmann::json& value) {
    return value.is_null() || value == false || value == 0 || (value.is_structured() && value.empty()) || value == "";
}

std::string shown(const nlohmann::json& value) {
    auto text = json_text(value);
    if (text.size() > longest_shown) text = text.substr(0, longest_shown) + "…";
    return text;
}

}  // namespace

LayerConfig::LayerConfig(const nlohmann::json& layer, const std::string& origin) : where_(origin) {
    if (!layer.is_object() || !layer.contains("class_name") || !layer["class_name"].is_string()) {
        throw DataError(fmt::format("{}: a layer has no class_name", origin));
    }
    class_name_ = layer["class_name"].get<std::string>();
    where_ = fmt::format("{}: layer {}", origin, class_name_);
    if (!layer.contains("config") || !layer["config"].is_object()) refuse("has no config");
    config_ = &layer["config"];
    const auto* name = find("name");
    if (name != nullptr && name->is_string()) {
        where_ = fmt::format("{}: layer '{}' ({})", origin, name->get<std::string>(), class_name_);
    }
}

const nlohmann::json* LayerConfig::find(const char* key) {
    asked_.insert(key);
    const auto found = config_->find(key);
    return found == config_->end() ? nullptr : &*found;
}

void LayerConfig::refuse(const std::string& why) const { throw DataError(fmt::format("{}: {}", where_, why)); }

void LayerConfig::refuse_option(std::string_view key, const nlohmann::json& value, const nlohmann::json& only) const {
    refuse(fmt::format("{}={} cannot be represented{}. Let Keras predict with this model", key, shown(value),
                       only.is_null() ? "" : fmt::format(", {}={} can: build and train it so", key, shown(only))));
}

std::int64_t LayerConfig::size(const char* key) {
    const auto* value = find(key);
    if (value == nullptr) refuse(fmt::format("lacks '{}'", key));
    if (!value->is_number_integer() || *value < 1 || *value > largest_size) {
        refuse(fmt::format("{}={} is not a size between 1 and {}", key, shown(*value), largest_size));
    }
    return value->get<std::int64_t>();
}

double LayerConfig::share(const char* key, double fallback) {
    const auto* value = find(key);
    if (value == nullptr || value->is_null()) return fallback;
    if (!value->is_number() || !(value->get<double>() >= 0 && value->get<double>() < 1)) {
        refuse(fmt::format("{}={} is not a share of at least 0 and below 1", key, shown(*value)));
    }
    return value->get<double>();
}

bool LayerConfig::flag(const char* key, bool fallback) {
    const auto* value = find(key);
    if (value == nullptr) return fallback;
    if (!value->is_boolean()) refuse(fmt::format("{}={} is neither true nor false", key, shown(*value)));
    return value->get<bool>();
}

std::string LayerConfig::name_of(const char* key, const std::string& fallback) {
    const auto* value = find(key);
    if (value == nullptr) return fallback;
    const auto* name = value;
    if (value->is_object() && value->contains("config")) {
        name = &(*value)["config"];
        if (name->is_object() && name->contains("name")) name = &(*name)["name"];
    }
    return name->is_string() ? name->get<std::string>() : shown(*value);
}

void LayerConfig::require(const char* key, const nlohmann::json& only) {
    const auto* value = find(key);
    if (value != nullptr && *value != only) refuse_option(key, *value, only);
}

void LayerConfig::require_number(const char* key, double only) {
    const auto* value = find(key);
    if (value == nullptr) return;
    const bool same = value->is_number() && std::abs(value->get<double>() - only) <= 1e-6 * std::abs(only);
    if (!same) refuse_option(key, *value, only);
}

void LayerConfig::require_name(const char* key, const std::string& only) {
    const auto name = name_of(key, only);
    if (name != only) refuse_option(key, name, only);
}

void LayerConfig::ignore(std::initializer_list<const char*> keys) {
    for (const auto* key : keys) asked_.insert(key);
}

void LayerConfig::note(std::initializer_list<const char*> keys, std::vector<std::string>& notes) {
    for (const auto* key : keys) {
        const auto* value = find(key);
        if (value == nullptr || is_off(*value)) continue;
        notes.push_back(fmt::format("{}: {} matters to training alone and is not kept", where_, key));
    }
}

void LayerConfig::note_share(const char* key, std::vector<std::string>& notes) {
    const auto value = share(key, 0);
    if (value == 0) return;
    notes.push_back(fmt::format("{}: {}={} {}", where_, key, value, matters_to_training));
}

std::string LayerConfig::other_dtype() {
    const auto name = name_of("dtype", "float32");
    if (name == "float32") return "";
    for (const auto* known : {"float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16"}) {
        if (name == known) return name;
    }
    refuse(fmt::format("dtype {} cannot be represented: save it in a type of floating point", name));
}

void LayerConfig::finish() const {
    for (const auto& [key, value] : config_->items()) {
        if (!asked_.contains(key) && !is_off(value)) refuse_option(key, value);
    }
}

}  // namespace cellwise::interchange
