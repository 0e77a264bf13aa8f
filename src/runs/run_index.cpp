#include "runs/run_index.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "core/folder_lock.h"
#include "core/paths.h"
#include "core/utf8.h"
#include "records/json_values.h"
#include "runs/run_folder.h"

namespace cellwise::runs {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

/// The runs right in a folder, by name. One that cannot be looked into is there, as a broken one, and hides no other.
/// Links within a run are not followed: they could lead in a circle.
std::vector<RunInfo> runs_in(const fs::path& folder, bool follow_links) {
    std::vector<RunInfo> runs;
    for (const auto& entry : folder_entries(folder)) {
        try {
            if ((follow_links || is_own_folder(entry)) && is_run(entry)) runs.push_back(read_run(entry));
        } catch (const Error& error) {
            RunInfo broken;
            broken.folder = entry;
            broken.problem = error.what();
            runs.push_back(std::move(broken));
        }
    }
    return runs;
}

void read_metrics(const RunFolder& folder, RunInfo& run) {
    if (!is_there(folder.path() / "metrics.jsonl")) return;
    run.epochs = folder.read_metrics();
}

bool is_empty_file(const fs::path& path) { return is_there(path) && size_of_file(path) == 0; }

void read_content(RunInfo& run) {
    const auto environment = RunFolder::environment_of(run.folder);
    run.begun = printable(environment.value("begun", ""));
    run.data = printable(environment.value(nlohmann::json::json_pointer("/data/kind"), std::string()));
    sentiment::apply_toml_file(run.configuration, (run.folder / "config.toml").string());
    run.held_out = run.configuration.validation_split > 0;
    run.runs = runs_in(run.folder, false);
    run.is_comparison = environment.value("command", "") == "compare" || !run.runs.empty();
    const auto folder = RunFolder::view(run.folder);
    if (run.is_comparison) {
        if (is_there(run.folder / "comparison.json")) run.status = RunStatus::finished;
        return;
    }
    // A run that was imported by an older version has no environment.json, and no epochs.
    const auto command = environment.value("command", "");
    const bool is_old_import = command.empty() && folder.is_finished() && !is_there(run.folder / "result.json") &&
                               is_empty_file(run.folder / "metrics.jsonl");
    if (command == "import" || is_old_import) {
        if (folder.is_finished()) run.status = RunStatus::imported;
        run.imported_from = printable(environment.value("imported_from", ""));
        return;
    }
    read_metrics(folder, run);
    if (!folder.is_finished()) {
        const auto reason = folder.divergence();
        if (!reason || run.status == RunStatus::running) return;
        run.status = RunStatus::diverged;
        run.problem = *reason;
        return;
    }
    run.status = RunStatus::finished;
    if (!is_there(run.folder / "result.json")) return;  // of an older version
    const auto result = folder.read_result();
    run.best_epoch = result.best_epoch;
    if (!result.test) return;  // a trial of a study
    run.test_accuracy = result.test->accuracy;
    run.test_loss = result.test->loss;
}

}  // namespace

std::string_view status_name(RunStatus status) {
    switch (status) {
        case RunStatus::finished:
            return "finished";
        case RunStatus::running:
            return "running";
        case RunStatus::interrupted:
            return "interrupted";
        case RunStatus::diverged:
            return "diverged";
        case RunStatus::imported:
            return "imported";
        case RunStatus::broken:
            break;
    }
    return "broken";
}

std::string_view kind_name(const RunInfo& run) {
    if (run.status == RunStatus::imported) return "import";
    return run.is_comparison ? "compare" : "train";
}

double RunInfo::seconds() const {
    double sum = 0;
    for (const auto& epoch : epochs) sum += epoch.train_seconds + epoch.validation_seconds;
    for (const auto& run : runs) sum += run.seconds();
    return sum;
}

bool is_run(const fs::path& folder) { return is_folder(folder) && is_own_file(folder / "config.toml"); }

RunInfo read_run(const fs::path& folder) {
    if (!is_run(folder)) {
        throw DataError(fmt::format("'{}' is not a run: there is no folder of this name with a config.toml in it{}",
                                    folder.string(), nearest_entry(folder)));
    }
    RunInfo run;
    run.folder = folder;
    try {
        run.status = FolderLock::is_held(folder) ? RunStatus::running : RunStatus::interrupted;
        read_content(run);
    } catch (const Error& error) {
        run.status = RunStatus::broken;
        run.problem = error.what();
    } catch (const nlohmann::json::exception& error) {
        run.status = RunStatus::broken;
        run.problem = fmt::format("environment.json: {}", error.what());
    }
    return run;
}

std::vector<RunInfo> list_runs(const fs::path& folder) {
    if (!is_folder(folder)) {
        throw DataError(fmt::format(
            "there is no folder '{}': runs are listed where they were made, or name their folder", folder.string()));
    }
    return runs_in(folder, true);
}

Json run_json(const RunInfo& run) {
    Json json{{"folder", run.folder.string()},
              {"kind", kind_name(run)},
              {"status", status_name(run.status)},
              {"begun", run.begun.empty() ? Json(nullptr) : Json(run.begun)},
              {"data", run.data.empty() ? Json(nullptr) : Json(run.data)},
              {"cells", Json::array()},
              {"seed", run.configuration.seed},
              {"seeds", run.configuration.seeds},
              {"epochs", Json::array()},
              {"epochs_planned", run.configuration.training.epochs},
              {"best_epoch", records::or_null(run.best_epoch)},
              {"test_accuracy", records::or_null(run.test_accuracy)},
              {"test_loss", records::or_null(run.test_loss)},
              {"seconds", run.seconds()}};
    if (!run.problem.empty()) json["problem"] = run.problem;
    for (const Cell cell : run.configuration.cells) json["cells"].push_back(cell_name(cell));
    for (const auto& epoch : run.epochs) {
        json["epochs"].push_back(
            epoch_json(epoch, records::EpochShape::run_list, records::validation_name(run.held_out)));
    }
    if (run.is_comparison) json["runs"] = Json::array();
    for (const auto& inner : run.runs) json["runs"].push_back(run_json(inner));
    return json;
}

}  // namespace cellwise::runs
