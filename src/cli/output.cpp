#include "cli/output.h"

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

Output::Output(std::string json_path) : json_path_(std::move(json_path)) {
    if (json_path_.empty() || json_path_ == "-") return;
    const std::filesystem::path path(json_path_);
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    if (std::filesystem::is_directory(path)) {
        throw EnvironmentError(fmt::format("--json '{}' is a folder: name a file in it", json_path_));
    }
    if (::access(folder.c_str(), W_OK) != 0) {
        throw EnvironmentError(fmt::format("cannot write '{}': {}", json_path_, std::strerror(errno)));
    }
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
