#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "core/error.h"

namespace cellwise {

/// The object's member of this name and type. Throws DataError naming `where` and the key if it is missing or of
/// another type.
template <class Value>
[[nodiscard]] Value json_value(const nlohmann::json& json, const std::string& key, const std::string& where) {
    try {
        return json.at(key).get<Value>();
    } catch (const nlohmann::json::exception&) {
        throw DataError(fmt::format("{}: '{}' is missing or of the wrong type", where, key));
    }
}

}  // namespace cellwise
