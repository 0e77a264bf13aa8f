#include "cli/terminal/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "core/input_files.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/standard_streams.h"
#include "core/write_target.h"

namespace cellwise::cli {

void require_writable(std::string_view flag, const std::string& text) {
    if (text.empty()) return;
    std::error_code code;
    if (std::filesystem::is_directory(text, code)) {
        throw EnvironmentError(fmt::format("{} '{}' is a folder: name a file in it", flag, text));
    }
    const auto target = write_target(text);
    if (target.owner || target.way != WriteTarget::Way::replace) return;
    const auto folder = target.path.has_parent_path() ? target.path.parent_path() : std::filesystem::path(".");
    if (::access(folder.c_str(), W_OK | X_OK) != 0) {
        throw EnvironmentError(fmt::format("cannot write '{}': {}", text, std::strerror(errno)));
    }
}

void write_named(const std::string& path, std::string_view bytes) {
    write_output_file(path, bytes);
    log::notice(fmt::format("written: {}", path));
}

Output::Output(std::string json_path) : json_path_(std::move(json_path)) {
    if (json_path_ != "-") require_writable("--json", json_path_);
}

void Output::print(std::string_view text) const { json_path_ == "-" ? say(text) : put_out(text); }

void Output::write_json(const nlohmann::ordered_json& document) const {
    if (json_path_.empty()) return;
    const std::string text = json_text(document, 2) + "\n";
    if (json_path_ == "-") {
        put_out(text);
    } else {
        write_output_file(json_path_, text);
    }
}

}  // namespace cellwise::cli
