#include "runs/run_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "core/abandoned_files.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/paths.h"
#include "core/strict_json.h"
#include "core/utf8.h"

namespace cellwise::runs {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t largest_metrics = 1 << 30;  // bytes
constexpr std::uintmax_t largest_environment = 1 << 20;

fs::path configuration_path(const fs::path& run) { return run / "config.toml"; }
fs::path model_path(const fs::path& run) { return run / "model.safetensors"; }
fs::path environment_path(const fs::path& run) { return run / "environment.json"; }
fs::path result_path(const fs::path& run) { return run / "result.json"; }
fs::path divergence_path(const fs::path& run) { return run / "diverged.txt"; }

void require_writable(const fs::path& path) {
    if (::access(path.c_str(), W_OK) != 0) {
        throw EnvironmentError(fmt::format("cannot write into the folder '{}'", path.string()));
    }
}

}  // namespace

RunFolder::RunFolder(fs::path path) : path_(std::move(path)) {
    auto lock = FolderLock::try_lock(path_);
    if (!lock)
        throw EnvironmentError(
            fmt::format("another cellwise is at work in '{}': wait for it or stop it", path_.string()));
    lock_ = std::make_shared<const FolderLock>(std::move(*lock));
}

RunFolder RunFolder::create(const fs::path& path) {
    std::error_code code;  // what cannot be told is told by the folder that cannot be made
    if (fs::exists(configuration_path(path), code) || fs::exists(model_path(path), code)) {
        throw UsageError(fmt::format("'{}' already holds a run: name another --output, or continue it with --resume",
                                     path.string()));
    }
    make_folder(path);
    require_writable(path);
    return RunFolder(path);
}

RunFolder RunFolder::open_or_create(const fs::path& path) {
    // Locked before it is tidied: another program's unfinished files are not ours to remove.
    std::error_code code;
    if (fs::exists(configuration_path(path), code)) {
        require_writable(path);
        RunFolder folder(path);
        remove_abandoned(path);
        return folder;
    }
    auto folder = create(path);
    // Without its configuration the folder may be anybody's: only what our first two writes leave goes.
    for (const char* name : {"environment.json", "config.toml"}) remove_abandoned(path, name);
    return folder;
}

bool RunFolder::is_finished() const { return is_there(model_path(path_)); }

fs::path RunFolder::events() const { return path_ / "events.out.tfevents.cellwise"; }

fs::path RunFolder::predictions() const { return path_ / "predictions.csv"; }

fs::path RunFolder::progress() const { return path_ / "progress.jsonl"; }

fs::path RunFolder::report() const { return path_ / "report.html"; }

fs::path RunFolder::checkpoint() const { return path_ / "checkpoint.safetensors"; }

void RunFolder::write_configuration(const std::string& text) const {
    write_file_atomically(configuration_path(path_), text);
}

void RunFolder::write_metrics(const std::vector<records::EpochFigures>& epochs, bool held_out) const {
    std::string csv;
    std::string lines;
    for (const auto& epoch : epochs) {
        const auto json = epoch_json(epoch, records::EpochShape::metrics_line, records::validation_name(held_out));
        lines += json_text(json) + "\n";
        std::string names;
        std::string values;
        for (const auto& [key, value] : json.items()) {
            const char* separator = names.empty() ? "" : ",";
            names += separator + key;
            values += separator + json_text(value);
        }
        csv += (csv.empty() ? names + "\n" : "") + values + "\n";
    }
    write_file_atomically(path_ / "metrics.csv", csv);
    write_file_atomically(path_ / "metrics.jsonl", lines);
}

void RunFolder::write_result(const records::RunResult& result) const {
    using nlohmann::ordered_json;
    const auto& test = result.test;
    const ordered_json json{{"schema_version", 1},
                            {"best_epoch", result.best_epoch},
                            {"test_loss", test ? ordered_json(test->loss) : ordered_json(nullptr)},
                            {"test_accuracy", test ? ordered_json(test->accuracy) : ordered_json(nullptr)},
                            {"engine", result.engine},
                            {"parameters", result.parameters}};
    write_file_atomically(result_path(path_), json_text(json, 2) + "\n");
}

records::RunResult RunFolder::read_result() const {
    const auto where = fmt::format("'{}'", result_path(path_).string());
    const auto json = parse_strict_json(read_file(result_path(path_), largest_environment), where);
    try {
        records::RunResult result{json.at("best_epoch").get<std::int64_t>(), std::nullopt,
                                  json.at("engine").get<std::string>(), json.at("parameters").get<std::int64_t>()};
        if (!json.at("test_accuracy").is_null()) {
            result.test = {json.at("test_loss").get<double>(), json.at("test_accuracy").get<double>()};
        }
        return result;
    } catch (const nlohmann::json::exception& error) {
        throw DataError(fmt::format("{} is not a run's result: {}", where, error.what()));
    }
}

void RunFolder::write_divergence(const std::string& reason) const {
    write_file_atomically(divergence_path(path_), reason + "\n");
}

std::optional<std::string> RunFolder::divergence() const {
    if (is_finished() || !is_there(divergence_path(path_))) return std::nullopt;
    auto reason = printable(read_file(divergence_path(path_), largest_environment));
    while (reason.ends_with('\n')) reason.pop_back();
    return reason.empty() ? "training diverged" : reason;
}

std::vector<records::EpochFigures> RunFolder::read_metrics() const {
    const auto path = path_ / "metrics.jsonl";
    std::istringstream text(read_file(path, largest_metrics));
    std::vector<records::EpochFigures> epochs;
    std::string line;
    while (std::getline(text, line)) {
        const auto where = fmt::format("'{}', line {}", path.string(), epochs.size() + 1);
        epochs.push_back(records::epoch_of(parse_strict_json(line, where), where));
    }
    if (epochs.empty()) throw DataError(fmt::format("'{}' holds no epochs", path.string()));
    return epochs;
}

void RunFolder::write_environment(const nlohmann::ordered_json& environment) const {
    write_file_atomically(environment_path(path_), json_text(environment, 2) + "\n");
}

void RunFolder::add_resumption(const nlohmann::ordered_json& environment) const {
    if (!is_there(environment_path(path_))) return write_environment(environment);
    (void)environment_of(path_);  // complains about a broken one
    auto kept = nlohmann::ordered_json::parse(read_file(environment_path(path_), largest_environment));
    auto& resumed = kept["resumed"];
    if (!resumed.is_null() && !resumed.is_array()) {
        throw DataError(fmt::format("'{}': 'resumed' is not a list", environment_path(path_).string()));
    }
    resumed.push_back(environment);
    write_environment(kept);
}

nlohmann::json RunFolder::environment_of(const fs::path& path) {
    const auto file = environment_path(path);
    if (!is_there(file)) return nlohmann::json::object();
    const auto where = fmt::format("'{}'", file.string());
    auto environment = parse_strict_json(read_file(file, largest_environment), where);
    if (!environment.is_object()) throw DataError(fmt::format("{} is not a JSON object", where));
    return environment;
}

std::string RunFolder::command_of(const fs::path& path) {
    const auto environment = environment_of(path);
    const auto command = environment.find("command");
    return command != environment.end() && command->is_string() ? command->get<std::string>() : "";
}

}  // namespace cellwise::runs
