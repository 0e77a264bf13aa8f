#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/cell.h"
#include "core/error.h"

namespace cellwise::records {

/// A JSON object and where it stands, for messages. Its members are read by name; each throws DataError naming the
/// place and the key if the member is missing or of another kind.
class JsonObject {
public:
    JsonObject(const nlohmann::json& json, std::string where) : json_(json), where_(std::move(where)) {
        if (!json_.is_object()) throw DataError(fmt::format("{} is not a JSON object", where_));
    }

    const nlohmann::json& at(const char* key) const {
        const auto found = json_.find(key);
        if (found == json_.end()) refuse(key, "is missing");
        return *found;
    }
    [[nodiscard]] bool has(const char* key) const { return json_.contains(key); }
    double number(const char* key) const {
        const auto& value = at(key);
        if (!value.is_number()) refuse(key, "is not a number");
        return value.get<double>();
    }
    std::uint64_t natural(const char* key) const {
        const auto& value = at(key);
        // Not "value < 0": that reads a seed of 64 bits as negative.
        if (!value.is_number_unsigned()) refuse(key, "is not a whole number of at least 0");
        return value.get<std::uint64_t>();
    }
    std::string text(const char* key) const {
        const auto& value = at(key);
        if (!value.is_string()) refuse(key, "is not a text");
        return value.get<std::string>();
    }
    const nlohmann::json& list(const char* key) const {
        const auto& value = at(key);
        if (!value.is_array()) refuse(key, "is not a list");
        return value;
    }
    std::vector<double> numbers(const char* key) const {
        std::vector<double> result;
        for (const auto& value : list(key)) {
            if (!value.is_number()) refuse(key, "holds something that is not a number");
            result.push_back(value.get<double>());
        }
        return result;
    }
    Cell cell(const char* key) const {
        try {
            return parse_cell(text(key));
        } catch (const UsageError& error) {
            refuse(key, fmt::format("is no cell: {}", error.what()));
        }
    }
    JsonObject object(const char* key) const { return {at(key), fmt::format("{}: '{}'", where_, key)}; }
    [[noreturn]] void refuse(const char* key, const std::string& why) const {
        throw DataError(fmt::format("{}: '{}' {}", where_, key, why));
    }

private:
    const nlohmann::json& json_;
    std::string where_;
};

}  // namespace cellwise::records
