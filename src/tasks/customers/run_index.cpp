#include "tasks/customers/run_index.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/paths.h"
#include "core/utf8.h"

namespace cellwise::customers {
namespace fs = std::filesystem;
namespace {

using nlohmann::ordered_json;

std::string written_at(const fs::path& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return {};
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(status.st_mtim.tv_sec));
}

}  // namespace

std::string_view state_name(RunState state) {
    switch (state) {
        case RunState::finished:
            return "finished";
        case RunState::interrupted:
            return "interrupted";
        case RunState::broken:
            break;
    }
    return "broken";
}

bool is_run(const fs::path& folder) {
    return is_folder(folder) && is_own_file(folder / "run.json") && !is_there(folder / "config.toml");
}

RunEntry read_run_entry(const fs::path& folder) {
    RunEntry run;
    run.folder = folder;
    run.begun = written_at(folder / "run.json");
    try {
        run.description = read_description(folder);
        run.state = is_own_file(folder / run.description.file) ? RunState::finished : RunState::interrupted;
    } catch (const Error& error) {
        run.problem = error.what();
    }
    return run;
}

std::vector<RunEntry> list_runs(const fs::path& folder) {
    std::vector<RunEntry> runs;
    for (const auto& entry : folder_entries(folder)) {
        try {
            if (is_run(entry)) runs.push_back(read_run_entry(entry));
        } catch (const Error&) {  // one that cannot be looked into hides no other
        }
    }
    return runs;
}

ordered_json entry_json(const RunEntry& run) {
    ordered_json json{{"folder", run.folder.string()},
                      {"kind", "customers"},
                      {"status", state_name(run.state)},
                      {"begun", run.begun.empty() ? ordered_json(nullptr) : ordered_json(run.begun)}};
    if (run.state == RunState::broken) {
        json["problem"] = run.problem;
        return json;
    }
    const auto& told = run.description;
    json["model"] = told.kind;
    json["target"] = told.target;
    json["target_kind"] = told.is_classification ? "classification" : "regression";
    json["labels"] = told.labels;
    json["threshold"] = told.threshold;
    json["table"] = {{"path", text_of_bytes(told.table)}, {"sha256", told.table_sha256}};
    json["train"] = told.train;
    json["test"] = told.test;
    if (told.folds > 0) json["folds"] = told.folds;
    json["figures"] = figures_json(told);
    json["settings"] = ordered_json::array();
    for (const auto& [name, value] : told.all_settings()) {
        json["settings"].push_back({{"setting", name}, {"value", value}});
    }
    return json;
}

const Metric* main_metric(const RunDescription& run) {
    const auto metrics = metrics_of(run.is_classification);
    for (const std::string_view name : {"roc_auc", "r2", "accuracy"}) {
        const auto found = std::ranges::find(metrics, name, &Metric::name);
        if (found != metrics.end() && run.figures.*found->value) return &*found;
    }
    return nullptr;
}

std::string network_file_name(const std::string& network) { return network + ".safetensors"; }

std::vector<std::string> run_file_names() {
    std::vector<std::string> names{"metrics.json", "predictions.csv", "preparation.json", "report.html", "run.json"};
    for (const auto& kind : plain_model_kinds()) names.push_back(kind.file);
    for (const char* network : {"mlp", "cnn", "lstm"}) names.push_back(network_file_name(network));
    return names;
}

std::vector<DifferingSetting> differing_settings(const std::vector<RunEntry>& runs) {
    std::vector<DifferingSetting> all;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        for (const auto& [name, value] : runs[i].description.all_settings()) {
            auto found = std::ranges::find(all, name, &DifferingSetting::name);
            if (found == all.end()) found = all.insert(all.end(), {name, std::vector<std::string>(runs.size())});
            found->values[i] = value;
        }
    }
    std::erase_if(all, [](const auto& setting) {
        return std::ranges::count(setting.values, setting.values.front()) == std::ssize(setting.values);
    });
    return all;
}

void require_comparable(const std::vector<RunEntry>& runs) {
    for (const auto& run : runs) {
        if (run.state == RunState::broken) throw DataError(run.problem);
        const auto &first = runs.front(), &other = run;
        const auto both = fmt::format("'{}' and '{}'", first.folder.string(), other.folder.string());
        if (first.description.table_sha256 != other.description.table_sha256) {
            throw UsageError(fmt::format("{} were trained on different tables ({} and {}): compare runs of one table",
                                         both, first.description.table_name(), other.description.table_name()));
        }
        if (first.description.target != other.description.target ||
            first.description.is_classification != other.description.is_classification) {
            throw UsageError(fmt::format("{} predict different targets ({} and {}): compare runs of one target", both,
                                         first.description.target, other.description.target));
        }
    }
}

}  // namespace cellwise::customers
