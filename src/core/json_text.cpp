#include "core/json_text.h"

#include <nlohmann/json.hpp>

#include "core/utf8.h"

namespace cellwise {
namespace {

// Recursion ends where the document's own depth does: what is read has a limit, what is written is ours.
template <class Json>
Json with_visible_bytes(const Json& value) {
    if (value.is_string()) return visible_bytes(value.template get_ref<const std::string&>());
    if (value.is_array()) {
        auto copy = Json::array();
        for (const auto& item : value) copy.push_back(with_visible_bytes(item));
        return copy;
    }
    if (value.is_object()) {
        auto copy = Json::object();
        for (const auto& [key, item] : value.items()) copy[visible_bytes(key)] = with_visible_bytes(item);
        return copy;
    }
    return value;
}

template <class Json>
std::string text_of(const Json& document, int indent) {
    try {
        return document.dump(indent);
    } catch (const nlohmann::json::type_error&) {  // 316, the only one of dump(): not UTF-8
        return with_visible_bytes(document).dump(indent);
    }
}

}  // namespace

std::string json_text(const nlohmann::json& document, int indent) { return text_of(document, indent); }
std::string json_text(const nlohmann::ordered_json& document, int indent) { return text_of(document, indent); }

}  // namespace cellwise
