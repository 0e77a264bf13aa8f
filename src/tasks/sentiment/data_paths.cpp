#include "tasks/sentiment/data_paths.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "core/atomic_file.h"
#include "core/paths.h"
#include "core/strict_json.h"

namespace cellwise::sentiment {
namespace {

constexpr std::uintmax_t largest_environment_file = 1 << 20;

std::string text_at(const nlohmann::json& document, const nlohmann::json::json_pointer& place) {
    if (!document.contains(place) || !document.at(place).is_string()) return "";
    return document.at(place).get<std::string>();
}

}  // namespace

void find_data(Configuration& configuration, const std::filesystem::path& run) {
    const auto file = run / "environment.json";
    if (!is_there(file)) return;
    const auto environment =
        parse_strict_json(read_file(file, largest_environment_file), fmt::format("'{}'", file.string()));
    const auto find = [&](std::optional<std::string>& data, const char* place) {
        std::error_code code;  // what cannot be told is told by whoever reads the data
        if (!data || *data == "synthetic" || std::filesystem::exists(*data, code)) return;
        const auto whole = text_at(environment, nlohmann::json::json_pointer(place));
        if (!whole.empty() && std::filesystem::exists(whole, code)) data = whole;
    };
    find(configuration.data.path, "/data_paths/data");
    find(configuration.data.test_path, "/data_paths/test_data");
}

}  // namespace cellwise::sentiment
