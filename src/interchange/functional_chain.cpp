#include "interchange/functional_chain.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "core/error.h"
#include "core/utf8.h"

namespace cellwise::interchange {
namespace {

using Json = nlohmann::json;

constexpr auto only_chains = "only a chain Input → Embedding → … → Dense can be represented";
constexpr std::size_t most_chained = 1024;
constexpr int most_nested = 8;

class Chain {
public:
    Chain(const Json& config, std::string origin) : config_(config), origin_(std::move(origin)) {}

    std::vector<const Json*> layers() {
        const auto found = config_.find("layers");
        if (found == config_.end() || !found->is_array()) refuse("has no list of layers");
        if (found->size() > most_chained) refuse("has too many layers");
        for (const auto& layer : *found) add(layer);
        const auto first = end_of("input_layers");
        const auto last = end_of("output_layers");
        if (!by_name_.contains(first)) refuse(fmt::format("has no layer '{}'", printable(first)));
        if (readers_.contains(first)) refuse(first, "is the input and reads another");
        std::vector<const Json*> chain{by_name_.at(first)};
        for (auto name = first; name != last;) {
            const auto next = reader_of_.find(name);
            if (next == reader_of_.end()) {
                refuse(fmt::format("nothing leads from layer '{}' to the output", printable(name)));
            }
            name = next->second;
            if (chain.size() > by_name_.size()) refuse("its layers lead in a circle");
            chain.push_back(by_name_.at(name));
        }
        if (chain.size() != by_name_.size()) refuse(fmt::format("has layers beside the chain: {}", only_chains));
        return chain;
    }

private:
    [[noreturn]] void refuse(const std::string& why) const {
        throw DataError(fmt::format("{}: a Functional model: {}", origin_, why));
    }
    [[noreturn]] void refuse(const std::string& layer, const std::string& why) const {
        refuse(fmt::format("layer '{}' {}: {}", printable(layer), why, only_chains));
    }

    static std::string text(const Json& object, const char* key) {
        const auto found = object.find(key);
        return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
    }

    void add(const Json& layer) {
        if (!layer.is_object()) refuse("a layer is no object");
        auto name = text(layer, "name");
        if (name.empty() && layer.contains("config") && layer["config"].is_object()) {
            name = text(layer["config"], "name");
        }
        if (name.empty()) refuse("a layer has no name");
        if (!by_name_.emplace(name, &layer).second) refuse(name, "stands twice");
        const auto sources = sources_of(layer, name);
        if (sources.empty()) return;  // an input
        if (sources.size() > 1) refuse(name, fmt::format("reads {} others", sources.size()));
        readers_.insert(name);
        const auto [place, is_new] = reader_of_.emplace(sources.front(), name);
        if (!is_new) refuse(sources.front(), fmt::format("is read by '{}' and '{}'", place->second, printable(name)));
    }

    /// The layers that this one reads, one for each tensor.
    std::vector<std::string> sources_of(const Json& layer, const std::string& name) const {
        const auto nodes = layer.find("inbound_nodes");
        if (nodes == layer.end() || !nodes->is_array() || nodes->empty()) return {};
        if (nodes->size() > 1) refuse(name, "is called more than once");
        std::vector<std::string> sources;
        const auto& node = nodes->front();
        if (node.is_object()) {  // Keras 3: {"args": […], "kwargs": {…}}
            if (node.contains("args")) find_tensors(node["args"], name, 0, sources);
            if (node.contains("kwargs")) require_off(node["kwargs"], name);
        } else {  // Keras 2: [["lstm", 0, 0, {…}], …]
            find_calls(node, name, sources);
        }
        if (sources.empty()) refuse(name, "is called with no layer's output");
        return sources;
    }

    void find_tensors(const Json& value, const std::string& name, int depth, std::vector<std::string>& sources) const {
        if (depth > most_nested) refuse(name, "is called with something nested deep");
        if (value.is_array()) {
            for (const auto& element : value) find_tensors(element, name, depth + 1, sources);
        } else if (value.is_object() && text(value, "class_name") == "__keras_tensor__") {
            const auto* const history =
                value.contains("config") && value["config"].is_object() && value["config"].contains("keras_history")
                    ? &value["config"]["keras_history"]
                    : nullptr;
            if (history == nullptr || !history->is_array() || history->empty() || !history->front().is_string()) {
                refuse(name, "is called with a tensor of unknown origin");
            }
            sources.push_back(history->front().get<std::string>());
        } else if (!value.is_null()) {
            refuse(name, "is called with something that is no layer's output");
        }
    }

    void find_calls(const Json& node, const std::string& name, std::vector<std::string>& sources) const {
        if (!node.is_array()) refuse(name, "is called in a way that is not known");
        // One call may stand without the list around it.
        if (!node.empty() && node.front().is_string()) return find_call(node, name, sources);
        for (const auto& call : node) find_call(call, name, sources);
    }

    void find_call(const Json& call, const std::string& name, std::vector<std::string>& sources) const {
        if (!call.is_array() || call.empty() || !call.front().is_string()) {
            refuse(name, "is called in a way that is not known");
        }
        sources.push_back(call.front().get<std::string>());
        if (call.size() > 3) require_off(call[3], name);
    }

    /// initial_state, mask and their like would change what a layer computes.
    void require_off(const Json& options, const std::string& name) const {
        if (!options.is_object()) return;
        for (const auto& [key, value] : options.items()) {
            if (!value.is_null() && value != false) refuse(name, fmt::format("is called with {}", printable(key)));
        }
    }

    /// The one layer in "input_layers" or "output_layers": [["ids", 0, 0]] or ["ids", 0, 0].
    std::string end_of(const char* key) const {
        const auto found = config_.find(key);
        const Json* end = found != config_.end() && found->is_array() && !found->empty() ? &*found : nullptr;
        if (end != nullptr && end->front().is_array()) {
            if (end->size() != 1) refuse(fmt::format("has {} {}: {}", end->size(), key, only_chains));
            end = &end->front();
        }
        if (end == nullptr || end->empty() || !end->front().is_string()) {
            refuse(fmt::format("its {} are not known", key));
        }
        return end->front().get<std::string>();
    }

    const Json& config_;
    std::string origin_;
    std::map<std::string, const Json*> by_name_;
    std::map<std::string, std::string> reader_of_;  // by the layer that is read
    std::set<std::string> readers_;
};

}  // namespace

std::vector<const Json*> functional_chain(const Json& config, const std::string& origin) {
    return Chain(config, origin).layers();
}

}  // namespace cellwise::interchange
