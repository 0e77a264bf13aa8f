#include "runs/run_removal.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/folder_lock.h"
#include "core/paths.h"
#include "runs/run_index.h"

namespace cellwise::runs {
namespace fs = std::filesystem;
namespace {

// "config.toml", or what a killed program left of writing it: "config.toml.<process>-<number>.part".
bool is_run_file(const fs::path& path, const RunFiles& files) {
    const auto name = path.filename().string();
    return std::ranges::any_of(files.names, [&](const std::string& known) {
        return name == known || (name.starts_with(known + ".") && path.extension() == temporary_extension);
    });
}

struct Content {
    std::vector<fs::path> files;
    std::vector<fs::path> runs;
};

Content content_of(const fs::path& folder, const RunFiles& files) {
    Content content;
    for (const auto& entry : folder_entries(folder)) {
        if (is_own_file(entry) && is_run_file(entry, files)) {
            content.files.push_back(entry);
        } else if (files.may_hold_runs && is_own_folder(entry) && is_run(entry)) {
            content.runs.push_back(entry);
        } else {
            throw UsageError(
                fmt::format("'{}' does not belong to a run: move it away first; nothing of '{}' was removed",
                            entry.string(), folder.string()));
        }
    }
    return content;
}

bool is_within(const fs::path& path, const fs::path& folder) {
    return path != folder &&
           std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

bool has_marker(const fs::path& folder, const RunFiles& files) {
    return is_folder(folder) && is_own_file(folder / files.marker);
}

}  // namespace

const RunFiles& review_run_files() {
    static const RunFiles files{"config.toml",
                                {"checkpoint.safetensors",
                                 "comparison.json",
                                 "config.toml",
                                 "diverged.txt",
                                 "environment.json",
                                 "exported.keras",
                                 "exported.pt",
                                 "exported.safetensors",
                                 "exported.weights.h5",
                                 "gates.svg",
                                 "gradients.svg",
                                 "metrics.csv",
                                 "metrics.jsonl",
                                 "model.safetensors",
                                 "predictions.csv",
                                 "progress.jsonl",
                                 "report.html",
                                 "result.json",
                                 "vocabulary.json",
                                 "events.out.tfevents.cellwise"},
                                true};
    return files;
}

void require_different(const std::vector<std::string>& named) {
    std::vector<fs::path> paths;
    for (const auto& name : named) {
        std::error_code code;
        auto path = fs::canonical(name, code);
        if (code) continue;  // said by require_removable()
        for (std::size_t i = 0; i < paths.size(); ++i) {
            if (path == paths[i]) {
                throw UsageError(fmt::format("'{}' and '{}' are the same run: name it once", named[i], name));
            }
            if (is_within(path, paths[i]) || is_within(paths[i], path)) {
                throw UsageError(fmt::format("'{}' and '{}': one lies in the other, and goes with it", named[i], name));
            }
        }
        paths.push_back(std::move(path));
    }
}

void require_removable(const fs::path& named, const RunFiles& files) {
    const auto folder = without_last_slash(named);
    if (is_link(folder)) {
        throw UsageError(fmt::format("'{}' is a symbolic link: name the run's own folder", folder.string()));
    }
    std::error_code code;
    if (!has_marker(folder, files)) {
        throw DataError(fmt::format("'{}' is not a run: there is no folder of this name with a {} in it{}",
                                    folder.string(), files.marker, nearest_entry(folder)));
    }
    const auto whole = fs::canonical(folder, code);
    const auto here = code ? fs::path() : fs::current_path(code);
    if (!code && (here == whole || is_within(here, whole))) {
        throw UsageError(fmt::format("'{}' is the folder that you are in: leave it first", folder.string()));
    }
    if (!FolderLock::try_lock(folder)) {
        throw EnvironmentError(fmt::format("a cellwise is at work in '{}': stop it first", folder.string()));
    }
    for (const auto& run : content_of(folder, files).runs) require_removable(run, files);
}

void remove_run(const fs::path& named, const RunFiles& files) {
    require_removable(named, files);
    const auto folder = without_last_slash(named);
    auto content = content_of(folder, files);
    for (const auto& run : content.runs) remove_run(run, files);
    std::error_code code;
    // What makes it a run goes last, so that a removal that was cut off can be done again.
    std::stable_partition(content.files.begin(), content.files.end(),
                          [&](const fs::path& file) { return file.filename() != files.marker; });
    for (const auto& file : content.files) {
        if (!fs::remove(file, code) && code) break;
    }
    if (!code) fs::remove(folder, code);
    if (code) throw EnvironmentError(fmt::format("cannot remove '{}': {}", folder.string(), code.message()));
}

}  // namespace cellwise::runs
