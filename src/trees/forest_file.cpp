#include "trees/forest_file.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/safetensors.h"
#include "core/strict_json.h"

namespace cellwise::trees {
namespace {

constexpr const char* format_name = "cellwise.forest/1";
constexpr const char* objective_names[] = {"regression", "binary", "multiclass"};

template <class T>
void append(std::vector<T>& all, const std::vector<T>& part) {
    all.insert(all.end(), part.begin(), part.end());
}

std::string meta(const SafetensorsContent& file, const char* key, const std::string& origin) {
    const auto found = file.metadata.find(key);
    if (found == file.metadata.end()) throw DataError(fmt::format("'{}' is no forest: it has no '{}'", origin, key));
    return found->second;
}

Objective objective_of(const std::string& name, const std::string& origin) {
    for (int i = 0; i < 3; ++i) {
        if (name == objective_names[i]) return static_cast<Objective>(i);
    }
    throw DataError(fmt::format("'{}': a forest cannot have the objective '{}'", origin, name));
}

std::vector<std::string> names_of(const std::string& text, const std::string& origin) {
    const auto list = parse_strict_json(text, origin + ": names");
    std::vector<std::string> names;
    if (!list.is_array()) throw DataError(fmt::format("'{}': the names of the features are no list", origin));
    for (const auto& name : list) {
        if (!name.is_string()) throw DataError(fmt::format("'{}': a feature's name is no text", origin));
        names.push_back(name.get<std::string>());
    }
    return names;
}

/// All trees' nodes, one array a member.
struct Nodes {
    std::vector<std::int64_t> begins;
    std::vector<std::int32_t> feature, right;
    std::vector<float> threshold;
    std::vector<double> cover, values;
};

template <class T>
std::vector<T> part(const std::vector<T>& all, std::int64_t begin, std::int64_t end) {
    return {all.begin() + begin, all.begin() + end};
}

bool is_sound(const DecisionTree& tree, std::size_t columns) {
    if (tree.size() == 0) return false;
    for (std::size_t node = 0; node < tree.size(); ++node) {
        if (!(tree.cover[node] > 0) || !std::isfinite(tree.cover[node])) return false;
        if (tree.is_leaf(node)) continue;
        const auto right = tree.right[node];
        if (static_cast<std::size_t>(tree.feature[node]) >= columns || right <= static_cast<std::int64_t>(node) + 1 ||
            static_cast<std::size_t>(right) >= tree.size()) {
            return false;
        }
    }
    return true;
}

}  // namespace

std::string encode_forest(const ForestContent& content) {
    Nodes nodes{{0}, {}, {}, {}, {}, {}};
    for (const auto& tree : content.trees) {
        append(nodes.feature, tree.feature);
        append(nodes.right, tree.right);
        append(nodes.threshold, tree.threshold);
        append(nodes.cover, tree.cover);
        append(nodes.values, tree.values);
        nodes.begins.push_back(static_cast<std::int64_t>(nodes.feature.size()));
    }
    const auto count = static_cast<std::int64_t>(nodes.feature.size());
    const auto outputs = static_cast<std::int64_t>(content.outputs);
    const std::vector<StoredTensor> tensors{
        store_tensor<std::int64_t>("begins", {static_cast<std::int64_t>(nodes.begins.size())}, nodes.begins),
        store_tensor<double>("cover", {count}, nodes.cover),
        store_tensor<double>("values", {count, outputs}, nodes.values),
        store_tensor<double>("importance", {static_cast<std::int64_t>(content.importance.size())}, content.importance),
        store_tensor<std::int32_t>("feature", {count}, nodes.feature),
        store_tensor<std::int32_t>("right", {count}, nodes.right),
        store_tensor<float>("threshold", {count}, nodes.threshold)};
    return encode_safetensors(tensors, {{"format", format_name},
                                        {"objective", objective_names[static_cast<int>(content.objective)]},
                                        {"names", nlohmann::json(content.names).dump()}});
}

ForestContent decode_forest(std::string_view bytes, const std::string& origin) {
    const auto file = decode_safetensors(bytes, origin);
    if (meta(file, "format", origin) != format_name)
        throw DataError(fmt::format("'{}' is no forest of Cellwise", origin));
    ForestContent content;
    content.objective = objective_of(meta(file, "objective", origin), origin);
    content.names = names_of(meta(file, "names", origin), origin);
    content.importance = file.at("importance", origin).values<double>();
    const auto& values = file.at("values", origin);
    const auto broken = [&] {
        return DataError(fmt::format("'{}': the trees of the forest do not hold together", origin));
    };
    if (values.shape.size() != 2 || values.shape[1] < 1) throw broken();
    content.outputs = static_cast<std::size_t>(values.shape[1]);
    const Nodes nodes{
        file.at("begins", origin).values<std::int64_t>(), file.at("feature", origin).values<std::int32_t>(),
        file.at("right", origin).values<std::int32_t>(),  file.at("threshold", origin).values<float>(),
        file.at("cover", origin).values<double>(),        values.values<double>()};
    const auto count = nodes.feature.size();
    if (nodes.right.size() != count || nodes.threshold.size() != count || nodes.cover.size() != count ||
        nodes.values.size() != count * content.outputs || nodes.begins.size() < 2 || nodes.begins.front() != 0 ||
        nodes.begins.back() != static_cast<std::int64_t>(count) || content.importance.empty() ||
        (!content.names.empty() && content.names.size() != content.importance.size()) ||
        (content.objective == Objective::multiclass) != (content.outputs > 1)) {
        throw broken();
    }
    const auto outputs = static_cast<std::int64_t>(content.outputs);
    for (std::size_t i = 0; i + 1 < nodes.begins.size(); ++i) {
        const auto begin = nodes.begins[i], end = nodes.begins[i + 1];
        if (begin < 0 || end <= begin || end > static_cast<std::int64_t>(count)) throw broken();
        content.trees.push_back({content.outputs, part(nodes.feature, begin, end), part(nodes.threshold, begin, end),
                                 part(nodes.right, begin, end), part(nodes.cover, begin, end),
                                 part(nodes.values, begin * outputs, end * outputs)});
        if (!is_sound(content.trees.back(), content.importance.size())) throw broken();
    }
    return content;
}

}  // namespace cellwise::trees
