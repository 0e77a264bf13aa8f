#include "cli/terminal/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"

namespace cellwise::cli {
namespace {

void write_all(std::FILE* stream, std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stream) != text.size() || std::fflush(stream) != 0) {
        throw EnvironmentError(fmt::format(
            "cannot write to {}: {}", stream == stdout ? "standard output" : "standard error", std::strerror(errno)));
    }
}

}  // namespace

void require_writable(std::string_view flag, const std::string& text) {
    if (text.empty()) return;
    const std::filesystem::path path(text);
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    if (std::filesystem::is_directory(path)) {
        throw EnvironmentError(fmt::format("{} '{}' is a folder: name a file in it", flag, text));
    }
    if (::access(folder.c_str(), W_OK) != 0) {
        throw EnvironmentError(fmt::format("cannot write '{}': {}", text, std::strerror(errno)));
    }
}

nlohmann::ordered_json with_schema(std::string_view name, const nlohmann::ordered_json& document, int version) {
    nlohmann::ordered_json whole{{"schema", fmt::format("cellwise.{}/{}", name, version)}};
    whole.update(document);
    return whole;
}

Output::Output(std::string json_path) : json_path_(std::move(json_path)) {
    if (json_path_ != "-") require_writable("--json", json_path_);
}

void Output::print(std::string_view text) const { write_all(stream(), text); }

void Output::write_json(const nlohmann::ordered_json& document) const {
    if (json_path_.empty()) return;
    const std::string text = document.dump(2) + "\n";
    if (json_path_ == "-") {
        write_all(stdout, text);
    } else {
        write_file_atomically(json_path_, text);
    }
}

}  // namespace cellwise::cli
