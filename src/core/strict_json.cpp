#include "core/strict_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/error.h"

namespace cellwise {

nlohmann::json parse_strict_json(std::string_view text, std::string_view origin, int most_depth) {
    using Event = nlohmann::json::parse_event_t;
    std::vector<std::unordered_set<std::string>> keys;  // of the objects that are open, outermost first
    const auto watch = [&](int depth, Event event, const nlohmann::json& parsed) {
        if (event == Event::object_start || event == Event::array_start) {
            if (depth >= most_depth) {
                throw DataError(fmt::format("{}: JSON nested deeper than {} levels", origin, most_depth));
            }
            if (event == Event::object_start) keys.emplace_back();
        } else if (event == Event::object_end) {
            keys.pop_back();
        } else if (event == Event::key) {
            const auto& key = parsed.get_ref<const std::string&>();
            if (!keys.back().insert(key).second) {
                throw DataError(fmt::format("{}: the JSON key '{}' stands twice in one object", origin, key));
            }
        }
        return true;
    };
    try {
        return nlohmann::json::parse(text.begin(), text.end(), watch);
    } catch (const nlohmann::json::parse_error& error) {
        throw DataError(fmt::format("{}: not valid JSON at byte {}", origin, error.byte));
    } catch (const nlohmann::json::exception& error) {
        throw DataError(fmt::format("{}: not valid JSON: {}", origin, error.what()));
    }
}

}  // namespace cellwise
